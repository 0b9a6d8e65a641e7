import { useState } from 'react';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, Field, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { createRunner, deleteRunner, paths, type Runner } from './api';
import { pipelineWords } from './words';

export default function Runners() {
  const w = useWords(pipelineWords).runners, base = useWords(baseWords), me = useMe(), [fresh, setFresh] = useState<{ name: string; token: string }>(), { data, error, loading, reload } = useResource<Page<Runner>>(paths.runners, ['runners']);
  const create = me.site_admin && <FormDialog trigger={w.create} triggerLook="primary" title={w.create} hint={w.createHint} submit={base.create} act={async f => { const name = String(f.get('name')), r = await createRunner(name, String(f.get('labels')).split(',').map(l => l.trim()).filter(Boolean)); setFresh({ name, token: r.token ?? '' }); reload(); }}>
    <Field label={base.name}>{id => <input id={id} name="name" required autoCapitalize="none" />}</Field><Field label={w.labels} hint={w.labelsHint}>{(id, note) => <input id={id} name="labels" aria-describedby={note} />}</Field></FormDialog>;
  return <SettingsFrame title={w.title} acts={create || undefined}><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} rows={3} />}
    {fresh && <div className="note note-wait" role="status"><div className="grow stack" style={{ gap: 8 }}><p className="strong">{w.once}</p><Command text={`echo ${fresh.token} > runner-token\nsampan runner --server ${location.origin} --name ${fresh.name} --token-file runner-token --folder runner`} label={w.create} /></div></div>}
    {data && (data.items.length ? <Table caption={w.title} rows={data.items} rowKey={r => r.id} columns={[
      { head: w.state, quiet: true, cell: r => <State of={r.state} live /> }, { head: base.name, main: true, cell: r => <div><span className="strong">{r.name}</span><div>{r.labels.map(l => <span key={l} className="tag" style={{ marginRight: 4 }}>{l}</span>)}</div></div> },
      { head: w.busy, numeric: true, cell: r => `${r.busy} / ${r.capacity}` }, { head: w.version, cell: r => r.version || '–' }, { head: w.seen, numeric: true, cell: r => r.last_seen_at ? <Ago at={r.last_seen_at} /> : base.never },
      ...(me.site_admin ? [{ head: '', numeric: true, cell: (r: Runner) => <FormDialog trigger={w.remove} triggerLook="quiet" triggerLabel={`${w.remove}: ${r.name}`} title={`${w.remove}: ${r.name}`} hint={w.removeHint(r.name)} submit={w.remove} look="danger" act={async () => { await deleteRunner(r.id); reload(); }} /> }] : []),
    ]} /> : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text="sampan doctor" /></Empty>)}</SettingsFrame>;
}
