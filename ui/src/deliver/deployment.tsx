import { Link, useParams } from 'wouter';
import { FormDialog } from '../base/dialog';
import { Ago, Duration, ErrorNote, Facts, PageHead, Section, Skeleton, State, Table } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { exact } from '../base/format';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { Journey } from '../web/journey';
import { abortDeployment, at, isUnderWay, paths, type AppDetail, type Deployment } from './api';
import { Counted, Phases, titleOf } from './rollout';
import { deliverWords } from './words';
import './deliver.css';

export default function DeploymentPage() {
  const { id } = useParams<{ id: string }>(), words = useWords(deliverWords), w = words.deployment, base = useWords(baseWords), locale = useLocale();
  const { data: d, error, loading, reload } = useResource<Deployment>(paths.deployment(id), [`deployment:${id}`]);
  const app = useResource<AppDetail>(d ? paths.app(d.environment, d.application) : null);
  const release = app.data?.releases.find(r => r.number === d?.release);
  if (!d) return <div className="page"><PageHead title={`#${id}`} crumbs={[{ text: words.apps.title, to: '/applications' }]} /><ErrorNote error={error} retry={reload} />{loading && <Skeleton rows={6} />}</div>;
  const title = titleOf(w, d), told = (reason: string) => d.reason.includes(reason);
  return <div className="page">
    <PageHead plainTitle={`${title} · ${d.application}`} title={<>{title}<State of={d.state} live /></>} crumbs={[{ text: words.apps.title, to: '/applications' }, { text: `${d.application}, ${d.environment}`, to: at.app({ environment: d.environment, name: d.application }) }]}
      acts={isUnderWay(d) && <FormDialog trigger={w.abort} title={`${w.abort}: ${title}`} hint={w.abortHint} submit={w.abort} look="danger" act={async () => { await abortDeployment(d.id); reload(); }} />} />
    <ErrorNote error={error} />
    {release && <Journey repo={release.repo || app.data!.repo} sha={release.commit} />}
    {d.reason && <p className={`note ${d.state === 'failed' || d.state === 'rolled_back' ? 'note-bad' : ''}`}>{d.reason}</p>}
    <Section title={w.phases}><div className="card"><Phases phases={d.phases} /><Counted of={d} /></div></Section>
    <Facts facts={[[w.by, d.actor], [w.took, <Duration seconds={d.duration_s} from={isUnderWay(d) ? d.created_at : undefined} />], ...(d.previous_release ? [[w.from, `r${d.previous_release}`] as [string, string]] : []), [w.warm, d.warm_used ? base.yes : base.no],
      ...(d.switched_at ? [[w.switched, exact(d.switched_at, locale)] as [string, string]] : []), ...(d.run_id ? [[w.run, <Link href={`/runs/${d.run_id}`}>#{d.run_id}</Link>] as [string, React.ReactNode]] : [])]} />
    {d.first_failures.length > 0 && <Section title={w.firstFailures}><Table caption={w.firstFailures} rows={d.first_failures} rowKey={f => f.at + f.path} columns={[{ head: 'HTTP', cell: f => f.status }, { head: 'URL', main: true, cell: f => <span className="mono small">{f.path}</span> }, { head: base.details, wide: true, cell: f => f.detail }, { head: '', numeric: true, cell: f => <Ago at={f.at} /> }]} /></Section>}
    {d.evidence.length > 0 && <Section title={w.evidence}><p className="soft">{w.evidenceHint}</p>{d.evidence.map(e => <div key={e.instance} className="card stack" style={{ gap: 8 }}><h3>{e.instance}</h3>
      {e.exit && !told(e.exit.reason) && <p className="bad-text">{words.app.exit(e.exit.code, e.exit.reason)}</p>}
      {e.last_probe && <p className="small">{w.lastProbe}: <span className="mono">{e.last_probe.status} {e.last_probe.body}</span></p>}
      {!e.last_probe && !e.log_tail && (!e.exit || told(e.exit.reason)) && <p className="small soft">{w.stopped}</p>}
      {e.log_tail && <pre className="plain-log" tabIndex={0} aria-label={words.app.logOf(e.instance)}>{e.log_tail}</pre>}</div>)}</Section>}
    {d.log.length > 0 && <Section title={w.log}><ol className="events">{d.log.map((l, i) => <li key={i}><span className="faint small mono">{new Date(l.at).toLocaleTimeString(locale === 'zh' ? 'zh-CN' : 'en-GB')}</span><div>{l.text}</div></li>)}</ol></Section>}
  </div>;
}
