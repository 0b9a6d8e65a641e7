// What scanning found in a repository at a branch, tag or commit.
import { useCallback } from 'react';
import { Link, useSearchParams } from 'wouter';
import { Command, CommandLine, Empty, ErrorNote, More, Section, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { at as git, type Repo } from '../git/api';
import { RefSelect } from '../git/ref_select';
import { RepoFrame } from '../git/repo_frame';
import { commands } from '../web/commands';
import { at, paths, type Finding } from './api';
import { FilterBar } from './filters';
import { FindingNote, mayAct, type Acting } from './finding_note';
import { RedLineVerdict, ScanHead } from './scan_head';
import { byFile, filtersOf, isFiltered, withFilter, type Filters, type Group } from './standing';
import { FindingsTrend } from './trend';
import { useFindings, useLookAgain } from './use_findings';
import { findingsWords } from './words';

const kAtOnce = 100;

function FileGroup({ group, repo, acting }: { group: Group; repo: Repo; acting: Acting }) {
  const w = useWords(findingsWords).list, past = group.findings.some(f => f.commit);   // its file may be gone
  const place = (f: Finding) => f.commit ? <Link href={git.diffLine(repo.path, f.commit, f.path, f.range.line)} className="small" data-act="to-commit">{w.written(f.range.line, f.commit.slice(0, 8))}</Link> : <Link href={at.place(repo.path, acting.refName, f.path, f.range.line)} className="small">{w.place(f.range.line, f.range.column)}</Link>;
  return <section className="finding-file" aria-label={group.path}><h3>{past ? <span className="mono">{group.path}</span> : <Link href={git.file(repo.path, acting.refName, group.path)} className="mono">{group.path}</Link>}<span className="badge">{group.findings.length}</span></h3>
    <ul>{group.findings.map(f => <li key={f.fingerprint} data-row><FindingNote finding={f} acting={acting} place={place(f)} /></li>)}</ul></section>;
}
function Nothing({ filters }: { filters: Filters }) {
  const w = useWords(findingsWords).list;
  if (filters.standing === 'dismissed' && !isFiltered({ ...filters, standing: 'open' })) return <p className="soft">{w.nothingDismissed}</p>;
  if (filters.standing === 'fresh' && !isFiltered({ ...filters, standing: 'open' })) return <p className="soft">{w.nothingFresh}</p>;
  if (filters.files) return <p className="soft">{isFiltered(filters) ? w.nothingFits : w.nothingPast}</p>;
  if (isFiltered(filters)) return <p className="soft">{w.nothingFits}</p>;
  return <Empty title={w.none}><p className="soft">{w.clean}</p><p className="soft">{w.noneTeach}</p><Command text={commands.scan()} label={w.noneTeach} /></Empty>;
}

function View({ repo }: { repo: Repo }) {
  const w = useWords(findingsWords), [search, setSearch] = useSearchParams(), ref = search.get('ref') ?? repo.default_branch, filters = filtersOf(search);
  const list = useFindings(paths.findings(repo.path, { ref, ...filters, limit: kAtOnce }), `${repo.path} ${ref}`, [`repo:${repo.id}`]), { data, reload } = list;
  useLookAgain(data && data.scan, reload);
  const set = useCallback((next: (old: URLSearchParams) => URLSearchParams) => setSearch(next, { replace: true }), [setSearch]);
  const branch = data?.commit === ref ? repo.default_branch : ref, version = `${data?.commit} ${data?.scan?.state} ${data?.dismissed}`;
  const acting = { repo: repo.path, refName: ref, may: mayAct(repo), done: reload };
  return <><div className="toolbar"><RefSelect repo={repo.path} value={ref} onChange={r => set(old => { const next = new URLSearchParams(old); next.set('ref', r); return next; })} /></div>
    <ErrorNote error={list.error} retry={reload} />{list.loading && <Skeleton what={w.title} rows={8} />}
    {data && <ScanHead repo={repo} refName={ref} list={data} past={!!filters.files} reload={reload} />}
    {data?.scan?.state === 'done' && <><RedLineVerdict repo={repo} refName={ref} branch={branch} version={version} />
      {branch === ref && <FindingsTrend repo={repo.path} branch={ref} version={version} />}
      <Section title={w.title} aside={list.items.length > 0 && <span className="soft small" role="status">{w.list.shown(list.items.length)}</span>}>
        <FilterBar filters={filters} rules={data.rules} past={data.past} change={(key, value) => set(old => withFilter(old, key, value))} clear={() => set(() => new URLSearchParams({ ...(search.get('ref') ? { ref } : {}), ...(filters.files ? { files: filters.files } : {}) }))} />
        {filters.files && <p className="soft small">{w.list.pastWhy}</p>}
        <div className="stack" aria-busy={list.busy || undefined}>{list.items.length ? byFile(list.items).map(g => <FileGroup key={g.path} group={g} repo={repo} acting={acting} />) : <Nothing filters={filters} />}</div><More more={list.more} /></Section></>}
    <CommandLine forms={[[w.list.noneTeach, commands.scan()]]} />
  </>;
}
function NoCommit() { const w = useWords(findingsWords).list; return <Empty title={w.empty}><p className="soft">{w.noneTeach}</p><Command text={commands.scan()} label={w.noneTeach} /></Empty>; }

export default function FindingsPage() {
  const w = useWords(findingsWords);
  return <RepoFrame title={w.title}>{repo => repo.empty ? <NoCommit /> : <View repo={repo} />}</RepoFrame>;
}
