import { Link, useParams, useSearchParams } from 'wouter';
import { CommandLine, Button, Duration, ErrorNote, Facts, PageHead, Skeleton, State } from '../base/parts';
import { FormDialog } from '../base/dialog';
import { useLocale, useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { at as git } from '../git/api';
import { Journey } from '../web/journey';
import { commands } from '../web/commands';
import { cancelRun, paths, retryRun, type Job, type Run } from './api';
import { GatePanel } from './gate_panel';
import { JobPanel } from './job_panel';
import { reasonOf } from './reason';
import { RunGraph } from './run_graph';
import { shortRef } from './run_list';
import { pipelineWords } from './words';
import './run.css';

/** The job to show when the address names none: what failed, else what runs or waits, else the last that has a log. */
function mostTelling(jobs: Job[]): Job | undefined {
  const machine = jobs.filter(j => !j.gate && !j.component), first = (state: string) => machine.find(j => j.state === state);   // a gate has its own panel
  return first('failed') ?? first('running') ?? first('waiting') ?? [...machine].reverse().find(j => j.state === 'succeeded') ?? machine[0] ?? jobs[0];
}

export default function RunPage() {
  const { run: id } = useParams<{ run: string }>(), words = useWords(pipelineWords), locale = useLocale(), w = words.run, [search, setSearch] = useSearchParams();
  const { data: run, error, loading, reload } = useResource<Run>(paths.run(id), [`run:${id}`]);
  const retry = useAct(async () => { await retryRun(run!.id); reload(); });
  if (!run) return <div className="page"><PageHead title={`#${id}`} crumbs={[{ text: words.runs.title, to: '/runs' }]} /><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={words.runs.run} rows={8} />}</div>;
  const jobs = run.stages.flatMap(s => s.jobs), asked = search.get('job');
  const job = jobs.find(j => j.key === asked || String(j.id) === asked) ?? mostTelling(jobs), gates = jobs.filter(j => j.gate && (j.state === 'waiting' || j.gate.release_at));
  const choose = (key: string) => setSearch(old => { const next = new URLSearchParams(old); next.set('job', key); return next; }, { replace: true });
  const live = run.state === 'running' || run.state === 'waiting';
  return <div className="page page-full">
    <PageHead plainTitle={`${run.title} #${run.number}`} title={<>{run.title}<State of={run.state} live /></>} crumbs={[{ text: run.repo, to: git.repo(run.repo) }, { text: words.runs.title, to: `/runs?repo=${run.repo}` }, { text: `#${run.number}` }]}
      acts={<>{run.can.cancel && <FormDialog trigger={w.cancel} title={w.cancelTitle(run.number)} hint={w.cancelHint} submit={w.cancelTitle(run.number)} look="danger" act={async () => { await cancelRun(run.id); reload(); }} />}
        {run.can.retry && <Button busy={retry.busy} onClick={() => void retry.run()}>{w.retry}</Button>}</>} />
    <ErrorNote error={error ?? retry.error} retry={error ? reload : undefined} />
    <Journey repo={run.repo} sha={run.sha} run={run} />
    <Facts facts={[[w.commit, <Link href={git.commit(run.repo, run.sha)} className="mono">{run.sha.slice(0, 8)}</Link>], [w.ref, <span className="mono">{shortRef(run.ref)}</span>], [w.pipeline, run.pipeline_file], [w.trigger, `${run.actor}, ${(words.trigger as Record<string, string>)[run.trigger] ?? run.trigger}`],
      [w.took, <Duration seconds={run.duration_s} from={live ? run.started_at ?? undefined : undefined} usual={run.usual_s} />], ...(run.comment ? [[w.comment, run.comment] as [string, string]] : [])]} />
    {run.reason && run.state !== 'succeeded' && !gates.length && !(job?.reason && run.reason.includes(job.reason)) && <p className={`note ${run.state === 'failed' ? 'note-bad' : run.state === 'waiting' ? 'note-wait' : ''}`} role="status">{reasonOf(run, locale)}</p>}
    {gates.map(g => <GatePanel key={g.id} run={run.id} job={g} changed={reload} />)}
    <RunGraph run={run} chosen={job?.key} choose={choose} />
    {job && !gates.includes(job) && <JobPanel run={run} job={job} changed={reload} />}
    {run.variables.length > 0 && <details><summary className="soft">{w.variables}</summary><pre className="wrap small">{run.variables.map(v => `${v.key}=${v.value}`).join('\n')}</pre></details>}
    <CommandLine forms={[[w.formLog, commands.logs(run.id, job?.key)], ...gates.map(g => [w.formApprove, commands.approve(run.id, g.key)] as [string, string]), [w.formRetry, commands.retry(run.id)], [w.formCancel, commands.cancel(run.id)], [w.formLocal, commands.local(run.pipeline_file)]]} />
  </div>;
}
