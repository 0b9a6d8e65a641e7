// A deployment as phases with their deadlines, and the one number customers care about: N requests, 0 failed.
import { Link } from 'wouter';
import { count, duration } from '../base/format';
import { Duration, State } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { baseWords } from '../base/words';
import { useResource } from '../base/use_resource';
import { paths, type Deployment, type Phase } from './api';
import { deliverWords, type DeliverWords } from './words';
import './deliver.css';

export function Phases({ phases }: { phases: Phase[] }) {
  const w = useWords(deliverWords).deployment, base = useWords(baseWords), locale = useLocale();
  return <ol className="phases" aria-label={w.phases}>{phases.map(p => {
    const took = p.started_at && p.finished_at ? (Date.parse(p.finished_at) - Date.parse(p.started_at)) / 1000 : undefined;
    return <li key={`${p.name} ${p.started_at}`} className={`phase phase-${p.state}`}>
      <div className="row"><State of={p.state} bare /><span className="strong">{(base.state as Record<string, string>)[p.name] ?? p.name}</span></div>
      <span className="faint small">{took !== undefined ? <Duration seconds={took} /> : p.state === 'running' && p.started_at ? <Duration from={p.started_at} /> : null}{p.state === 'running' && p.deadline_s ? ` / ${w.deadline(duration(p.deadline_s, locale))}` : ''}</span>
    </li>;
  })}</ol>;
}

export function Counted({ of }: { of: { requests?: number; failed?: number; probe_requests?: number; probe_failed?: number } }) {
  const w = useWords(deliverWords).deployment;
  return <p className="counted" title={w.counted} aria-live="polite"><span className={of.failed ? 'bad-text' : 'strong'}>{w.requests(count(of.requests ?? 0), count(of.failed ?? 0))}</span>
    {of.probe_requests !== undefined && <span className="faint small"> · {w.probes(count(of.probe_requests), count(of.probe_failed ?? 0))}</span>}</p>;
}

/** "Rollback to r1". */
export function titleOf(w: DeliverWords['deployment'], of: { kind: string; release: number }): string {
  return (w.kinds as Record<string, (n: number) => string>)[of.kind]?.(of.release) ?? `${of.kind} r${of.release}`;
}
/** A deployment in short: at the head of its application's page while it goes on, below the job that made it. */
export function Rollout({ id, told = '' }: { id: number; told?: string }) {
  const w = useWords(deliverWords).deployment, { data } = useResource<Deployment>(paths.deployment(id), [`deployment:${id}`]);
  if (!data) return null;
  return <section className={`card rollout rollout-${data.state}`} aria-label={w.deployment}>
    <div className="section-head"><div className="row"><h2>{titleOf(w, data)}</h2><State of={data.state} live /></div><Link className="button" href={`/deployments/${id}`}>{w.see}</Link></div>
    <Phases phases={data.phases} />
    <Counted of={data} />
    {data.reason && !told.includes(data.reason) && <p className="soft">{data.reason}</p>}
  </section>;
}
