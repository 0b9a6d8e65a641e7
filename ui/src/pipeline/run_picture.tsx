// The graph itself: stages as columns, the real `needs` as lines.
import { useMemo } from 'react';
import { useWords } from '../base/settings';
import type { Run } from './api';
import { kNode, layoutRun, pathOf } from './graph_layout';
import { JobButton } from './job_button';
import { pipelineWords } from './words';

const kHead = 30;   // the stages' names stand above their columns

export default function RunPicture({ run, chosen, choose }: { run: Run; chosen?: string; choose: (key: string) => void }) {
  const w = useWords(pipelineWords).run;
  const shape = JSON.stringify([run.stages.map(s => [s.id, s.name, s.jobs.map(j => j.key)]), run.edges]);
  const layout = useMemo(() => layoutRun(run), [shape]);   // states change often, the shape hardly ever
  const jobs = new Map(run.stages.flatMap(s => s.jobs).map(j => [j.key, j])), state = (key: string) => jobs.get(key)?.state;
  return <div className="graph" style={{ width: layout.width, height: layout.height + kHead }} role="group" aria-label={w.graph}>
    {layout.stages.map(s => <h2 key={s.id} className="graph-stage clip" style={{ left: s.x, width: s.width }}>{s.name}</h2>)}
    <svg width={layout.width} height={layout.height} aria-hidden className="graph-lines">{layout.lines.map(l => <path key={`${l.from} ${l.to}`} d={pathOf(l.points)} className={state(l.from) === 'succeeded' ? 'line-done' : state(l.from) === 'failed' ? 'line-failed' : undefined} />)}</svg>
    {layout.nodes.map(n => jobs.has(n.key) && <JobButton key={n.key} job={jobs.get(n.key)!} chosen={chosen === n.key} choose={choose} style={{ left: n.x, top: n.y + kHead, width: kNode.width, height: kNode.height }} />)}
  </div>;
}
