// One job in the graph or the list of a run: its state, and why it waits or how long it takes beside what is usual.
import type { CSSProperties } from 'react';
import { Duration, State } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { baseWords } from '../base/words';
import type { Job } from './api';
import { reasonOf } from './reason';

export function JobButton({ job, chosen, choose, style }: { job: Job; chosen: boolean; choose: (key: string) => void; style?: CSSProperties }) {
  const base = useWords(baseWords), locale = useLocale(), live = job.state === 'running' || job.state === 'waiting';
  const why = job.reason && job.state !== 'succeeded' ? reasonOf(job, locale) : null, silent = job.duration_s == null && !job.usual_s && !live;
  return <button type="button" className={`job job-${job.state}`} aria-pressed={chosen} onClick={() => choose(job.key)} style={style} title={why ?? undefined} data-row data-job={job.key}>
    <State of={job.state} bare /><span className="grow"><span className="job-name clip">{job.name || job.key}</span>
      <span className="job-why clip">{why ?? (silent ? (base.state as Record<string, string>)[job.state] : <Duration seconds={job.duration_s} from={live ? job.started_at ?? undefined : undefined} usual={job.usual_s} />)}</span></span>
  </button>;
}
