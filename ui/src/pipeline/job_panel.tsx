// One job: its state and reason, its log, its tests, its metrics, what it made.
import * as Tabs from '@radix-ui/react-tabs';
import { Link } from 'wouter';
import { bytes } from '../base/format';
import { Button, Duration, ErrorNote, Facts, State, Table } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import { baseWords } from '../base/words';
import { paths, retryRun, startJob, type Job, type Report, type Run } from './api';
import { Rollout } from '../deliver/rollout';
import { LogView } from './log_view';
import { Metrics } from './metrics';
import { reasonOf } from './reason';
import { pipelineWords } from './words';

function Tests({ report }: { report: Report }) {
  const w = useWords(pipelineWords).panel, failed = report.failures + report.errors;
  return <div className="stack"><div className="row"><State of={failed ? 'failed' : 'succeeded'} /><span className="strong">{report.name}</span><span className="soft">{w.testsLine(report.tests, failed, report.skipped)}</span><Duration seconds={report.duration_s} /></div>
    {failed === 0 && <p className="soft">{w.allGood}</p>}
    {report.failed_cases.map((c, i) => <details key={i} className="card" open={i < 3}><summary><span className="strong">{c.name}</span> <span className="faint small">{c.suite}</span></summary><pre className="wrap">{c.message}</pre></details>)}</div>;
}

export function JobPanel({ run, job, changed }: { run: Run; job: Job; changed: () => void }) {
  const all = useWords(pipelineWords), w = all.run, base = useWords(baseWords), locale = useLocale();
  const retry = useAct(async () => { await retryRun(run.id, job.id); changed(); }), start = useAct(async () => { await startJob(run.id, job.id); changed(); });
  const live = job.state === 'running';
  const hasLog = !job.gate && !job.component, crossed = job.metrics.filter(m => m.crossed).length;
  const first = location.hash ? 'log' : crossed ? 'metrics' : job.reports.some(r => r.failures + r.errors > 0) ? 'tests' : 'log';
  return <section className="stack" aria-labelledby="job-title">
    <div className="section-head"><div className="row"><h2 id="job-title">{job.name || job.key}</h2><State of={job.state} live />{job.attempt > 1 && <span className="tag">{w.attempt(job.attempt)}</span>}
      {(live || job.duration_s != null) && <span className="soft"><Duration seconds={job.duration_s} from={live ? job.started_at ?? undefined : undefined} usual={job.usual_s} /></span>}</div>
      <div className="acts">{job.driven === 'manual' && job.state === 'waiting' && !job.gate && <Button look="primary" busy={start.busy} onClick={() => void start.run()}>{w.startJob}</Button>}
        {run.can.retry && (job.state === 'failed' || job.state === 'canceled') && <Button busy={retry.busy} onClick={() => void retry.run()}>{w.retryFailed}</Button>}</div></div>
    {job.reason && !(job.gate && job.state === 'waiting') && <p className={`note ${job.state === 'failed' ? 'note-bad' : job.state === 'waiting' ? 'note-wait' : ''}`}>{reasonOf(job, locale)}</p>}
    <ErrorNote error={retry.error ?? start.error} />
    {job.deployment_id && <Rollout id={job.deployment_id} told={job.reason} />}
    {(job.runner || job.needs.length > 0) && <Facts facts={[...(job.runner ? [[w.runner, job.runner] as [string, string]] : []), ...(job.needs.length ? [[w.waits, job.needs.join(', ')] as [string, string]] : [])]} />}
    {hasLog && <Tabs.Root defaultValue={first} key={job.id}>
      <Tabs.List className="tabs" aria-label={job.name || job.key}>
        <Tabs.Trigger value="log" className="tab">{all.log.title}</Tabs.Trigger>
        {job.reports.length > 0 && <Tabs.Trigger value="tests" className="tab">{all.panel.tests}<span className="badge">{job.reports.reduce((n, r) => n + r.tests, 0)}</span></Tabs.Trigger>}
        {job.metrics.length > 0 && <Tabs.Trigger value="metrics" className="tab">{all.metrics.title}<span className="badge">{job.metrics.length}</span>{crossed > 0 && <State of="failed" bare word={all.metrics.crossed} />}</Tabs.Trigger>}
        {job.artifacts.length > 0 && <Tabs.Trigger value="artifacts" className="tab">{all.panel.artifacts}<span className="badge">{job.artifacts.length}</span></Tabs.Trigger>}
      </Tabs.List>
      <Tabs.Content value="log" className="tab-page"><LogView run={run.id} job={job} /></Tabs.Content>
      <Tabs.Content value="tests" className="tab-page"><div className="stack">{job.reports.map((r, i) => <Tests key={i} report={r} />)}</div></Tabs.Content>
      <Tabs.Content value="metrics" className="tab-page"><Metrics metrics={job.metrics} /></Tabs.Content>
      <Tabs.Content value="artifacts" className="tab-page"><Table caption={all.panel.artifacts} rows={job.artifacts} rowKey={a => a.id} columns={[
        { head: base.name, main: true, cell: a => a.kind === 'image' && a.image ? <Link href={`/images/${a.image.split(/[@:]/)[0]}`}>{a.image}</Link> : <a href={`${paths.run(run.id)}/artifacts/${a.id}`} download>{a.file_name || a.name}</a> },
        { head: all.panel.size, numeric: true, cell: a => bytes(a.size) }, { head: 'sha256', cell: a => <span className="mono small">{a.sha256.slice(0, 16)}</span> }]} /></Tabs.Content>
    </Tabs.Root>}
  </section>;
}
