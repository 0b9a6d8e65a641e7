import { useState } from 'react';
import { Dialog } from '../base/dialog';
import { bytes, percent } from '../base/format';
import { Ago, Button, ErrorNote, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { plain } from '../pipeline/ansi';
import { paths, type App, type Instance, type InstanceLog as Lines } from './api';
import { deliverWords } from './words';

function InstanceLog({ app, instance, close }: { app: App; instance: Instance; close: () => void }) {
  const w = useWords(deliverWords).app, { data, error, loading, reload } = useResource<Lines>(paths.instanceLog(app.environment, app.name, instance.id), [`app:${app.id}`]);
  return <Dialog open onOpenChange={open => { if (!open) close(); }} title={w.logOf(instance.name)} wide>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.log} />}
    {data && (data.lines.length ? <pre className="plain-log" tabIndex={0} aria-label={w.logOf(instance.name)} ref={box => { if (box && !box.dataset.placed) { box.dataset.placed = '1'; box.scrollTop = box.scrollHeight; } }}>{data.lines.map(plain).join('\n')}</pre> : <p className="soft">{w.logEmpty}</p>)}
  </Dialog>;
}

export function Instances({ app, instances, caption }: { app: App; instances: Instance[]; caption: string }) {
  const words = useWords(deliverWords), w = words.app, [shown, setShown] = useState<Instance>();
  return <>
    <Table caption={caption} rows={instances} rowKey={i => i.id} columns={[
      { head: words.apps.health, quiet: true, cell: i => <State of={i.state} live /> },
      { head: words.apps.instances, main: true, cell: i => <div><span className="strong">{i.name}</span><div className="faint small">{i.address} · r{i.release}</div>{i.exit && <div className="bad-text small">{w.exit(i.exit.code, i.exit.reason)} · <Ago at={i.exit.at} /></div>}{i.last_probe && !i.last_probe.ok && <div className="small soft">{w.probe}: {i.last_probe.status} <span className="mono">{i.last_probe.body.slice(0, 120)}</span></div>}</div> },
      { head: words.apps.cpu, numeric: true, cell: i => percent(i.cpu_percent) },
      { head: words.apps.memory, numeric: true, cell: i => bytes(i.memory_bytes) },
      { head: w.since, numeric: true, cell: i => <Ago at={i.ready_at ?? i.started_at} /> },
      { head: '', numeric: true, cell: i => <Button look="quiet" onClick={() => setShown(i)} aria-label={w.logOf(i.name)}>{w.log}</Button> },
    ]} />
    {shown && <InstanceLog app={app} instance={shown} close={() => setShown(undefined)} />}
  </>;
}
