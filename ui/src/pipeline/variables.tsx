import { Link } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, Field, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { commands } from '../web/commands';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { paths, putGroup, type VariableGroup } from './api';
import { pipelineWords } from './words';

export const names = (text: FormDataEntryValue | null) => String(text ?? '').split(',').map(n => n.trim()).filter(Boolean);

export default function Variables() {
  const w = useWords(pipelineWords).variables, base = useWords(baseWords), me = useMe(), { data, error, loading, reload } = useResource<Page<VariableGroup>>(paths.groups);
  const create = me.site_admin && <FormDialog trigger={w.create} triggerLook="primary" title={w.create} submit={base.create} act={async f => { const name = String(f.get('name')); await putGroup(name, { description: String(f.get('description')), environments: names(f.get('environments')), repos: names(f.get('repos')) }); navigate(`/settings/variables/${encodeURIComponent(name)}`); }}>
    <Field label={base.name}>{id => <input id={id} name="name" required autoCapitalize="none" />}</Field><Field label={w.description}>{id => <input id={id} name="description" />}</Field><Field label={w.environments} hint={w.envHint}>{(id, note) => <input id={id} name="environments" aria-describedby={note} />}</Field><Field label={w.repos} hint={w.repoHint}>{(id, note) => <input id={id} name="repos" aria-describedby={note} />}</Field></FormDialog>;
  return <SettingsFrame title={w.title} acts={create || undefined}><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} rows={3} />}
    {data && (data.items.length ? <Table caption={w.title} rows={data.items} rowKey={g => g.id} columns={[
      { head: w.group, main: true, cell: g => <div><Link href={`/settings/variables/${encodeURIComponent(g.name)}`}>{g.name}</Link>{g.description && <div className="faint small">{g.description}</div>}</div> },
      { head: w.environments, cell: g => g.environments.join(', ') || w.nowhere }, { head: w.repos, cell: g => g.repos.join(', ') || w.anyRepo }, { head: w.variables, numeric: true, cell: g => g.variables.length }, { head: w.changed, numeric: true, cell: g => <><Ago at={g.updated_at} /> <span className="faint">{g.updated_by}</span></> }]} />
      : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={commands.secret('shop-production', 'DB_PASSWORD')} /></Empty>)}</SettingsFrame>;
}
