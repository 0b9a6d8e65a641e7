// The live graph of a run. On a phone the same jobs stand as a list under their stages.
import { useMemo } from 'react';
import { Duration, State } from '../base/parts';
import { useWords } from '../base/settings';
import { baseWords } from '../base/words';
import type { Job, Run } from './api';
import { kNode, layoutRun, pathOf } from './graph_layout';
import { pipelineWords } from './words';

function JobButton({ job, chosen, choose, style }: { job: Job; chosen: boolean; choose: (key: string) => void; style?: React.CSSProperties }) {
  const base = useWords(baseWords), live = job.state === 'running' || job.state === 'waiting';
  const why = job.reason && (job.state !== 'succeeded') ? job.reason : null;
  return <button type="button" className={`job job-${job.state}`} aria-pressed={chosen} onClick={() => choose(job.key)} style={style} title={why ?? undefined} data-row data-job={job.key}>
    <State of={job.state} bare /><span className="grow"><span className="job-name clip">{job.name || job.key}</span>
      <span className="job-why clip">{why ?? (job.duration_s == null && !job.usual_s && !live ? (base.state as Record<string, string>)[job.state] : <Duration seconds={job.duration_s} from={live ? job.started_at ?? undefined : undefined} usual={job.usual_s} />)}</span></span>
  </button>;
}

export function RunGraph({ run, chosen, choose }: { run: Run; chosen?: string; choose: (key: string) => void }) {
  const w = useWords(pipelineWords).run;
  const shape = JSON.stringify([run.stages.map(s => [s.id, s.name, s.jobs.map(j => j.key)]), run.edges]);
  const layout = useMemo(() => layoutRun(run), [shape]);   // states change often, the shape hardly ever
  const jobs = new Map(run.stages.flatMap(s => s.jobs).map(j => [j.key, j]));
  const state = (key: string) => jobs.get(key)?.state ?? 'pending';
  return <section aria-label={w.graph} className="graph-frame">
    <div className="graph" style={{ width: layout.width, height: layout.height + 30 }} role="group" aria-label={w.graph}>
      {layout.stages.map(s => <h2 key={s.id} className="graph-stage clip" style={{ left: s.x, width: s.width }}>{s.name}</h2>)}
      <svg width={layout.width} height={layout.height} aria-hidden className="graph-lines">{layout.lines.map(l => <path key={`${l.from} ${l.to}`} d={pathOf(l.points)} className={state(l.from) === 'succeeded' ? 'line-done' : state(l.from) === 'failed' ? 'line-failed' : undefined} />)}</svg>
      {layout.nodes.map(n => jobs.has(n.key) && <JobButton key={n.key} job={jobs.get(n.key)!} chosen={chosen === n.key} choose={choose} style={{ left: n.x, top: n.y + 30, width: kNode.width, height: kNode.height }} />)}
    </div>
    <div className="graph-list">{run.stages.map(s => <section key={s.id}><h2 className="graph-stage">{s.name || s.id}</h2>{s.jobs.map(j => <JobButton key={j.key} job={j} chosen={chosen === j.key} choose={choose} />)}</section>)}</div>
  </section>;
}
