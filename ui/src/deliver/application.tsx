import { ExternalLink } from 'lucide-react';
import { Link, useParams } from 'wouter';
import { FormDialog } from '../base/dialog';
import { bytes, milliseconds, percent, rate } from '../base/format';
import { Ago, Command, CommandLine, Empty, ErrorNote, Field, PageHead, Section, Skeleton, State } from '../base/parts';
import { useWords } from '../base/settings';
import { appKind } from '../base/states';
import { useResource } from '../base/use_resource';
import { at as git } from '../git/api';
import { commands } from '../web/commands';
import { at, deploy, isUnderWay, paths, restart, scale, type AppDetail, type Release } from './api';
import { DeploymentTable } from './deployment_table';
import { Instances } from './instances';
import { Metrics } from './metrics';
import { RollbackButton } from './rollback';
import { neverLive } from './releases';
import { Rollout } from './rollout';
import { deliverWords } from './words';
import './deliver.css';

function Figures({ app }: { app: AppDetail }) {
  const { apps: w, app: a } = useWords(deliverWords), m = app.metrics, ready = app.instances.filter(i => i.state === 'ready').length;
  const figure = (name: string, value: string, bad = false) => <div key={name}><dt>{name}</dt><dd className={bad ? 'bad-text' : undefined}>{value}</dd></div>;
  return <dl className="figures">{figure(w.instances, `${ready} / ${app.wanted}`, !!app.release && ready < app.wanted)}{figure(w.rps, rate(m.requests_per_second))}{figure(w.errors, rate(m.errors_per_second), m.errors_per_second > 0)}{figure(a.p95, milliseconds(m.p95_ms))}{figure(w.cpu, percent(m.cpu_percent))}{figure(w.memory, bytes(m.memory_bytes))}</dl>;
}

function Releases({ app, changed }: { app: AppDetail; changed: () => void }) {
  const w = useWords(deliverWords).app;
  return <ol className="releases">{app.releases.map((r: Release) => {
    const here = r.number === app.release?.number, failed = neverLive(app, r.number);
    return <li key={r.id} className={here ? 'release-here' : undefined} data-row>
      <div className="row"><span className="strong">r{r.number}</span>{here && <State of="ready" word={w.here} />}{failed && <State of="failed" word={w.neverLive} />}{!here && r.warm && <span className="tag">{w.warm}</span>}</div>
      <div className="faint small"><Link href={git.commit(r.repo || app.repo, r.commit)} className="mono">{r.commit.slice(0, 8)}</Link> · <span className="mono">{r.digest.replace('sha256:', '').slice(0, 12)}</span> · {r.created_by} · <Ago at={r.created_at} /></div>
      {!here && !failed && app.release && <RollbackButton app={app} to={r.number} look="plain" done={changed} />}
    </li>;
  })}</ol>;
}

export default function Application() {
  const { environment, app: name } = useParams<{ environment: string; app: string }>(), words = useWords(deliverWords), w = words.app;
  const path = paths.app(environment, name), { data: app, error, loading, reload } = useResource<AppDetail>(path, ['apps']);
  if (!app) return <div className="page"><PageHead title={name} crumbs={[{ text: words.apps.title, to: '/applications' }]} /><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={name} rows={8} />}</div>;
  const may = app.release !== null && app.release !== undefined;
  return <div className="page">
    <PageHead plainTitle={`${name} · ${environment}`} title={<>{app.name}<span className="soft">{environment}</span><State of={app.state} kind={appKind(app.state)} live /></>} crumbs={[{ text: words.apps.title, to: '/applications' }, { text: environment, to: at.environment(environment) }]}
      acts={may && <>
        <RollbackButton app={app} done={reload} />
        <FormDialog trigger={w.scale} title={`${w.scale}: ${app.name}, ${environment}`} hint={w.scaleHint(app.min, app.max)} submit={w.scale} act={async form => { await scale(environment, name, Number(form.get('instances'))); reload(); }}>
          <Field label={words.apps.instances}>{id => <input id={id} name="instances" type="number" min={0} max={100} defaultValue={app.wanted} required />}</Field></FormDialog>
        <FormDialog trigger={w.restart} title={`${w.restart}: ${app.name}, ${environment}`} hint={w.restartHint(app.instances.length)} submit={w.restart} act={async () => { await restart(environment, name); reload(); }} />
        <FormDialog trigger={w.deploy} title={`${w.deploy}: ${app.name}, ${environment}`} hint={w.deployHint(environment)} submit={w.deploy} act={async form => { await deploy(environment, name, { release: Number(form.get('release')) }); reload(); }}>
          <Field label={w.release}>{id => <select id={id} name="release">{app.releases.map(r => <option key={r.number} value={r.number}>r{r.number} · {r.commit.slice(0, 8)} · {r.created_by}</option>)}</select>}</Field></FormDialog></>}>
      {app.release && <span>r{app.release.number} · <Ago at={app.last_change_at} /></span>}<Link href={git.repo(app.repo)}>{app.repo}</Link>{app.url && <a href={app.url} target="_blank" rel="noreferrer" className="row" style={{ gap: 4 }}>{app.url.replace(/^https?:\/\//, '')}<ExternalLink size={12} aria-hidden /></a>}
    </PageHead>
    <ErrorNote error={error} retry={reload} />
    {app.deployment && isUnderWay(app.deployment) && <Rollout id={app.deployment.id} />}
    {!may && <Empty title={w.noRelease}><p className="soft">{w.noReleaseTeach}</p><Command text={commands.deploy(environment, name, 1)} label={w.deploy} /></Empty>}
    {may && <>
      <Figures app={app} />
      <Section title={w.instances}>{app.instances.length ? <Instances app={app} instances={app.instances} caption={w.instances} /> : <p className="soft">{w.none}</p>}</Section>
      <Metrics app={app} />
      <div className="two">
        <Section title={w.releases}><Releases app={app} changed={reload} /></Section>
        <Section title={w.events}>{app.events.length ? <ul className="events">{app.events.map((e, i) => <li key={i}><span className="faint small"><Ago at={e.at} /></span><div><div>{(w.event as Record<string, string>)[e.what] ?? e.what}</div><div className="soft small">{e.reason}</div></div></li>)}</ul> : <p className="soft">{w.noEvents}</p>}</Section>
      </div>
      <Section title={w.deployments}><DeploymentTable deployments={app.deployments} /></Section>
      {app.warm.length > 0 && <Section title={w.warm} aside={<span className="soft small">{w.budget(bytes(app.budget.used), bytes(app.budget.limit))}</span>}><p className="soft">{w.warmHint}</p><Instances app={app} instances={app.warm} caption={w.warm} /></Section>}
      <div className="two">
        <Section title={w.config}><dl className="changes">{app.config.map(c => <div key={c.key}><dt className="mono small">{c.key}</dt><dd className="mono small">{c.value}</dd></div>)}{app.secrets.map(s => <div key={s.key}><dt className="mono small">{s.key}</dt><dd className="soft small">{w.secretVersion(s.version)}</dd></div>)}</dl></Section>
        <Section title={w.spec}><Command text={app.spec_yaml} label=".sampan/app.yaml" /></Section>
      </div></>}
    <CommandLine forms={[[w.rollbackAny, commands.rollback(environment, name)], [w.scale, commands.scale(environment, name, app.wanted + 1)], [w.deploy, commands.deploy(environment, name, app.release?.number ?? 1)], [words.apps.title, commands.apps()]]} />
  </div>;
}
