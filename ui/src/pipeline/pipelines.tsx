import { Link } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { useState } from 'react';
import { FormDialog } from '../base/dialog';
import { bytes } from '../base/format';
import type { Page } from '../base/http';
import { Ago, Command, CommandLine, Empty, ErrorNote, Field, Section, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { at, paths as git, type Repo } from '../git/api';
import { RefSelect } from '../git/ref_select';
import { RepoFrame } from '../git/repo_frame';
import { commands } from '../web/commands';
import { deleteCache, startRun, type Cache, type Pipeline, type TriggerRecord } from './api';
import { shortRef } from './run_list';
import { firstPipeline, pipelineWords } from './words';

function Start({ repo, pipeline }: { repo: Repo; pipeline: Pipeline }) {
  const w = useWords(pipelineWords), [ref, setRef] = useState(repo.default_branch);
  return <FormDialog trigger={w.pipelines.start} triggerLabel={`${w.pipelines.start}: ${pipeline.file}`} title={`${w.runs.start}: ${pipeline.file}`} hint={w.runs.startHint} submit={w.pipelines.start} act={async f => { const run = await startRun(repo.path, { pipeline: pipeline.file.replace(/^\.sampan\//, ''), ref, comment: String(f.get('comment')) }); navigate(`/runs/${run.id}`); }}>
    <div className="field"><span className="strong" aria-hidden>{w.runs.ref}</span><RefSelect repo={repo.path} value={ref} onChange={setRef} /></div><Field label={w.runs.comment}>{id => <input id={id} name="comment" />}</Field></FormDialog>;
}
function View({ repo }: { repo: Repo }) {
  const words = useWords(pipelineWords), w = words.pipelines, base = git.repo(repo.path), live = ['runs', `repo:${repo.id}`];
  const pipelines = useResource<Page<Pipeline>>(`${base}/pipelines`, live), events = useResource<Page<TriggerRecord>>(`${base}/triggers`, live), caches = useResource<Page<Cache>>(`${base}/caches`), may = repo.my_role === 'developer' || repo.my_role === 'admin';
  return <>
    <ErrorNote error={pipelines.error} retry={pipelines.reload} />{pipelines.loading && <Skeleton what={w.title} />}
    {pipelines.data && (pipelines.data.items.length ? <Table caption={w.title} rows={pipelines.data.items} rowKey={p => p.file} columns={[
      { head: w.file, main: true, cell: p => <div><Link href={at.file(repo.path, repo.default_branch, p.file)} className="mono">{p.file}</Link>{p.name && <div className="faint small">{p.name}</div>}{p.errors.length > 0 && <div className="bad-text small">{w.broken}{p.errors.map((e, i) => <div key={i} className="mono">{p.file}:{e.line}:{e.column} {e.message}</div>)}</div>}</div> },
      { head: w.triggers, wide: true, cell: p => p.triggers.length ? p.triggers.join(', ') : <span className="faint">{w.noTrigger}</span> },
      { head: w.last, cell: p => p.last_run ? <Link href={`/runs/${p.last_run.id}`} className="plain-link row"><State of={p.last_run.state} />#{p.last_run.number}</Link> : '–' },
      { head: '', numeric: true, cell: p => may && !p.errors.length ? <Start repo={repo} pipeline={p} /> : null }]} /> : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={firstPipeline} label=".sampan/daily.yaml" /></Empty>)}
    <Section title={w.events}><p className="soft">{w.eventsHint}</p>{events.data && (events.data.items.length ? <Table caption={w.events} rows={events.data.items} rowKey={e => e.at + e.ref + e.pipeline_file} columns={[
      { head: w.outcome, quiet: true, cell: e => <State of={e.outcome} kind={e.outcome === 'started' ? 'good' : 'idle'} /> }, { head: w.event, main: true, cell: e => <div><span className="mono">{shortRef(e.ref)}</span> <Link href={at.commit(repo.path, e.sha)} className="mono small">{e.sha.slice(0, 8)}</Link>{e.reason && <div className="small soft">{e.reason}</div>}</div> },
      { head: words.runs.who, cell: e => e.actor }, { head: words.runs.run, cell: e => e.run_id ? <Link href={`/runs/${e.run_id}`}>#{e.run_id}</Link> : '–' }, { head: words.runs.when, numeric: true, cell: e => <Ago at={e.at} /> }]} /> : <p className="soft">{w.noEvents}</p>)}</Section>
    <Section title={w.caches}>{caches.data && (caches.data.items.length ? <Table caption={w.caches} rows={caches.data.items} rowKey={c => c.id} columns={[{ head: w.cacheOf, main: true, cell: c => <span><span className="strong">{c.job_key}</span> <span className="mono small">{c.directory}</span></span> }, { head: words.panel.size, numeric: true, cell: c => bytes(c.size) }, { head: w.filled, numeric: true, cell: c => <Ago at={c.updated_at} /> },
      ...(may ? [{ head: '', numeric: true, cell: (c: Cache) => <FormDialog trigger={w.clear} triggerLook="quiet" triggerLabel={`${w.clear}: ${c.job_key}`} title={w.clear} hint={w.clearHint(c.directory)} submit={w.clear} look="danger" act={async () => { await deleteCache(repo.path, c.id); caches.reload(); }} /> }] : [])]} /> : <p className="soft">{w.noCaches}</p>)}</Section>
    <CommandLine forms={[[w.start, commands.start(repo.path, pipelines.data?.items[0]?.file ?? 'daily.yaml', repo.default_branch)]]} />
  </>;
}
export default function Pipelines() { const w = useWords(pipelineWords).pipelines; return <RepoFrame title={w.title}>{repo => <View repo={repo} />}</RepoFrame>; }
