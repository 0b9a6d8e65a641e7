import { useState } from 'react';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, Button, Command, Empty, ErrorNote, Field, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { createRobot, deleteRobot, eventNames, paths, testRobot, type Delivery, type Robot } from './api';
import { notifyWords } from './words';

function Card({ robot, changed }: { robot: Robot; changed: () => void }) {
  const w = useWords(notifyWords), [tested, setTested] = useState(false), sent = useResource<Page<Delivery>>(paths.deliveries(robot.id)), test = useAct(async () => { setTested(false); await testRobot(robot.id); setTested(true); sent.reload(); });
  return <section className="card stack" style={{ gap: 12 }} aria-label={robot.name}>
    <div className="section-head"><div className="row"><h2>{robot.name}</h2><span className="tag">{w.kinds[robot.kind]}</span></div><div className="acts"><span role="status" className="soft small">{tested && w.tested}</span><Button busy={test.busy} onClick={() => void test.run()}>{w.test}</Button><FormDialog trigger={w.remove} triggerLook="quiet" title={`${w.remove}: ${robot.name}`} hint={w.removeHint(robot.name)} submit={w.remove} look="danger" act={async () => { await deleteRobot(robot.id); changed(); }} /></div></div>
    <p className="mono small soft" style={{ overflowWrap: 'anywhere' }}>{robot.url}</p><p className="small">{robot.events.map(e => w.event[e]).join(' · ')}</p>
    <p className="soft small">{w.only}: {[...robot.repos, ...robot.environments].join(', ') || w.everything}</p><ErrorNote error={test.error} />
    <details><summary className="soft">{w.deliveries}</summary>{sent.data && (sent.data.items.length ? <Table caption={w.deliveries} rows={sent.data.items} rowKey={d => d.id} columns={[{ head: '', quiet: true, cell: d => <State of={d.state} /> }, { head: w.message, main: true, cell: d => <div>{d.title}<div className="faint small mono">{d.answer}</div></div> }, { head: w.attempts, numeric: true, cell: d => d.attempts }, { head: '', numeric: true, cell: d => <Ago at={d.at} /> }]} /> : <p className="soft">{w.none}</p>)}</details>
  </section>;
}
export default function Robots() {
  const w = useWords(notifyWords), base = useWords(baseWords), me = useMe(), { data, error, loading, reload } = useResource<Page<Robot>>(me.site_admin ? paths.robots : null);
  const create = me.site_admin && <FormDialog trigger={w.create} triggerLook="primary" title={w.create} submit={base.create} act={async f => { await createRobot({ name: String(f.get('name')), kind: String(f.get('kind')), url: String(f.get('url')), secret: String(f.get('secret')) || undefined, events: f.getAll('event').map(String) }); reload(); }}>
    <Field label={w.name}>{id => <input id={id} name="name" required />}</Field><Field label={w.kind}>{id => <select id={id} name="kind"><option value="dingtalk">{w.kinds.dingtalk}</option><option value="webhook">{w.kinds.webhook}</option></select>}</Field><Field label={w.url}>{id => <input id={id} name="url" type="url" required />}</Field><Field label={w.secret}>{id => <input id={id} name="secret" type="password" autoComplete="off" />}</Field>
    <fieldset><legend className="strong">{w.events}</legend>{eventNames.map(e => <label key={e} className="check"><input type="checkbox" name="event" value={e} defaultChecked={e !== 'run_succeeded'} />{w.event[e]}</label>)}</fieldset></FormDialog>;
  return <SettingsFrame title={w.title} acts={create || undefined}>{!me.site_admin && <p className="note">{w.adminOnly}</p>}<ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} rows={3} />}
    {data && (data.items.length ? data.items.map(r => <Card key={r.id} robot={r} changed={reload} />) : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={`curl -H "Authorization: Bearer sp_…" -d '{"name":"team","kind":"dingtalk","url":"https://…","secret":"SEC…","events":["run_failed"]}' ${location.origin}/api/v1/robots`} label={w.create} /></Empty>)}</SettingsFrame>;
}
