import { useParams } from 'wouter';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, CommandLine, ErrorNote, Facts, Field, Section, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { commands } from '../web/commands';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { deleteVariable, paths, putGroup, putVariable, type Variable, type VariableChange, type VariableGroup } from './api';
import { names } from './variables';
import { pipelineWords } from './words';

function SetVariable({ group, variable, done }: { group: string; variable?: Variable; done: () => void }) {
  const w = useWords(pipelineWords).variables, base = useWords(baseWords);
  return <FormDialog trigger={variable ? w.change : w.set} triggerLook={variable ? 'quiet' : 'primary'} triggerLabel={variable ? `${w.change}: ${variable.key}` : undefined} title={variable ? `${w.change}: ${variable.key}` : w.set} submit={base.save} act={async f => { await putVariable(group, variable?.key ?? String(f.get('key')), String(f.get('value')), f.get('secret') === 'on'); done(); }}>
    {!variable && <Field label={w.key}>{id => <input id={id} name="key" required autoCapitalize="none" spellCheck={false} pattern="[A-Za-z_][A-Za-z0-9_.\-]*" />}</Field>}
    <Field label={w.value}>{id => <textarea id={id} name="value" defaultValue={variable?.value ?? ''} spellCheck={false} />}</Field><label className="check"><input type="checkbox" name="secret" defaultChecked={variable?.secret} />{w.secret}</label></FormDialog>;
}
export default function VariableGroupPage() {
  const { name } = useParams<{ name: string }>(), w = useWords(pipelineWords).variables, base = useWords(baseWords), me = useMe();
  const all = useResource<Page<VariableGroup>>(paths.groups), history = useResource<Page<VariableChange>>(`${paths.group(name)}/history`), group = all.data?.items.find(g => g.name === name), reload = () => { all.reload(); history.reload(); };
  return <SettingsFrame title={name} acts={me.site_admin && group && <><FormDialog trigger={w.edit} title={w.edit} submit={base.save} act={async f => { await putGroup(name, { description: String(f.get('description')), environments: names(f.get('environments')), repos: names(f.get('repos')) }); reload(); }}><Field label={w.description}>{id => <input id={id} name="description" defaultValue={group.description} />}</Field><Field label={w.environments} hint={w.envHint}>{(id, note) => <input id={id} name="environments" defaultValue={group.environments.join(', ')} aria-describedby={note} />}</Field><Field label={w.repos} hint={w.repoHint}>{(id, note) => <input id={id} name="repos" defaultValue={group.repos.join(', ')} aria-describedby={note} />}</Field></FormDialog><SetVariable group={name} done={reload} /></>}>
    <ErrorNote error={all.error} retry={all.reload} />{all.loading && <Skeleton what={name} />}{all.data && !group && <p className="note">{base.notFound}</p>}
    {group && <><Facts facts={[[w.environments, group.environments.join(', ') || w.nowhere], [w.repos, group.repos.join(', ') || w.anyRepo], [w.changed, <><Ago at={group.updated_at} /> {group.updated_by}</>], ...(group.description ? [[w.description, group.description] as [string, string]] : [])]} />
      <Table caption={w.title} rows={group.variables} rowKey={v => v.key} columns={[{ head: w.key, main: true, cell: v => <span className="mono strong">{v.key}</span> }, { head: w.value, wide: true, cell: v => v.secret ? <span className="faint">{w.hiddenValue}</span> : <span className="mono small">{v.value}</span> }, { head: w.version, numeric: true, cell: v => v.version },
        ...(me.site_admin ? [{ head: '', numeric: true, cell: (v: Variable) => <span className="row" style={{ justifyContent: 'flex-end' }}><SetVariable group={name} variable={v} done={reload} /><FormDialog trigger={w.remove} triggerLook="quiet" triggerLabel={`${w.remove}: ${v.key}`} title={`${w.remove}: ${v.key}`} hint={w.removeHint(v.key)} submit={w.remove} look="danger" act={async () => { await deleteVariable(name, v.key); reload(); }} /></span> }] : [])]} /></>}
    <Section title={w.history}><ErrorNote error={history.error} retry={history.reload} />{history.data && (history.data.items.length ? <Table caption={w.history} rows={history.data.items} rowKey={h => `${h.at}${h.key}`} columns={[{ head: w.when, cell: h => <><Ago at={h.at} /> <span className="faint">{h.actor}</span></> }, { head: w.key, main: true, cell: h => <span className="mono">{h.key}</span> }, { head: w.action, wide: true, cell: h => h.secret ? w.setSecret : <span className="mono small">{h.old ?? '–'} → {h.new ?? '–'}</span> }, { head: w.version, numeric: true, cell: h => h.version }]} /> : <p className="soft">{w.noHistory}</p>)}</Section>
    <CommandLine forms={[[w.set, commands.secret(name, 'KEY')]]} /></SettingsFrame>;
}
