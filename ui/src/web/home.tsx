import { Link } from 'wouter';
import { rate } from '../base/format';
import { Ago, Command, Empty, ErrorNote, PageHead, Section, Skeleton, State } from '../base/parts';
import { useWords } from '../base/settings';
import { appKind } from '../base/states';
import { useResource } from '../base/use_resource';
import { at, type App } from '../deliver/api';
import { byEnvironment } from '../deliver/order';
import { paths, type Home as HomeData, type Waiting } from './api';
import { useMe } from './me';
import { webWords } from './words';

function WaitingRow({ of }: { of: Waiting }) {
  const w = useWords(webWords).home, gate = of.kind === 'gate', run = of.run, to = `/runs/${run.id}`;
  return <li className="waiting-row" data-row>
    <State of={gate ? 'waiting' : 'failed'} word={gate ? w.gate : w.failed} />
    <div className="grow"><Link href={to} className="plain-link strong clip">{run.title}</Link><span className="faint small">{run.repo} · {run.pipeline} #{run.number} · <Ago at={run.finished_at ?? run.started_at ?? run.created_at} /></span></div>
    <Link href={to} className={`button ${gate ? 'button-primary' : ''}`}>{gate ? w.decide : w.look}</Link>
  </li>;
}

function AppCard({ name, apps }: { name: string; apps: App[] }) {
  const w = useWords(webWords).home;
  return <article className="card app-card"><header><h3>{name}</h3><Link href={`/code/${apps[0].repo}`} className="faint small plain-link clip">{apps[0].repo}</Link></header>
    {apps.map(a => <Link key={a.id} href={at.app(a)} className="app-line" data-row>
      <span><span className="strong">{a.environment}</span>{a.release && <span className="faint"> r{a.release.number}</span>}</span>
      <span><State of={a.state} kind={appKind(a.state)} live /></span>
      <span>{rate(a.metrics.requests_per_second)} <span className="faint small">{w.perSecond}</span></span>
      <span className="small">{a.metrics.errors_per_second > 0 ? <span className="bad-text">{w.errors(rate(a.metrics.errors_per_second))}</span> : <span className="faint"><Ago at={a.last_change_at} /></span>}</span>
    </Link>)}</article>;
}

const urgency: Record<string, number> = { down: 0, degraded: 1, deploying: 2 };
/** Names of the applications, those in trouble first. */
function troubledFirst(apps: App[]): string[] {
  const worst = (name: string) => Math.min(...apps.filter(a => a.name === name).map(a => urgency[a.state] ?? 3));
  return [...new Set(apps.map(a => a.name))].sort((a, b) => worst(a) - worst(b) || a.localeCompare(b));
}

export default function Home() {
  const w = useWords(webWords).home, me = useMe(), { data, error, loading, reload } = useResource<HomeData>(paths.home, ['home', 'gates', 'runs', 'apps']);
  const names = troubledFirst(data?.applications ?? []);
  return <div className="page"><PageHead title={w.title} />
    <ErrorNote error={error} retry={reload} />
    <Section title={w.waiting} aside={data && data.waiting.length > 0 && <span className="badge">{data.waiting.length}</span>}>
      {loading ? <Skeleton what={w.waiting} rows={2} /> : data?.waiting.length ? <ul className="card waiting" style={{ padding: 0 }}>{data.waiting.map(x => <WaitingRow key={`${x.kind}${x.run.id}`} of={x} />)}</ul> : data && <p className="soft">{w.nothing}</p>}
    </Section>
    <Section title={w.applications}>
      {loading ? <Skeleton what={w.applications} /> : names.length ? <div className="cards">{names.map(n => <AppCard key={n} name={n} apps={byEnvironment(data!.applications.filter(a => a.name === n))} />)}</div>
        : data && <Empty title={w.first}><p className="soft">{w.firstHint}</p><p><Link href="/code">{w.newRepo}</Link></p><Command text={`sampan login ${location.origin} --user ${me.login}\nsampan repo create company/hello --template spring-boot`} label={w.newRepo} /></Empty>}
    </Section>
  </div>;
}
