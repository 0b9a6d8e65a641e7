// The live graph of a run. On a phone the same jobs stand as a list under their stages, and nothing is laid out.
import { lazy, Suspense } from 'react';
import { useWide, useWords } from '../base/settings';
import type { Run } from './api';
import { JobButton } from './job_button';
import { pipelineWords } from './words';

const Picture = lazy(() => import('./run_picture'));

export function RunGraph({ run, chosen, choose }: { run: Run; chosen?: string; choose: (key: string) => void }) {
  const w = useWords(pipelineWords).run, wide = useWide();
  const tallest = Math.max(1, ...run.stages.map(s => s.jobs.length));
  return <section aria-label={w.graph} className="graph-frame">
    {wide ? <Suspense fallback={<div style={{ height: tallest * 72 + 16 }} />}><Picture run={run} chosen={chosen} choose={choose} /></Suspense>
      : <div className="graph-list">{run.stages.map(s => <section key={s.id}><h2 className="graph-stage">{s.name || s.id}</h2>{s.jobs.map(j => <JobButton key={j.key} job={j} chosen={chosen === j.key} choose={choose} />)}</section>)}</div>}
  </section>;
}
