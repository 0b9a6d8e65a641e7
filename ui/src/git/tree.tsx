import { CornerLeftUp, File, Folder, GitBranch } from 'lucide-react';
import { Link, useSearchParams } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { query } from '../base/http';
import { Ago, Command, CommandLine, Empty, ErrorNote, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { commands } from '../web/commands';
import { at, paths, type Repo, type Tree, type TreeEntry } from './api';
import { Readme } from './readme';
import { RefSelect } from './ref_select';
import { RepoFrame } from './repo_frame';
import { gitWords } from './words';

export function PathLine({ repo, refName, path }: { repo: string; refName: string; path: string }) {
  const parts = path ? path.split('/') : [];
  return <nav className="path-line mono" aria-label={path || repo}><Link href={at.tree(repo, refName, '')}>{repo.split('/')[1]}</Link>{parts.map((p, i) => <span key={i}> / {i < parts.length - 1 ? <Link href={at.tree(repo, refName, parts.slice(0, i + 1).join('/'))}>{p}</Link> : p}</span>)}</nav>;
}
const Icon = ({ kind }: { kind: TreeEntry['kind'] }) => kind === 'tree' ? <Folder size={16} aria-hidden /> : kind === 'submodule' ? <GitBranch size={16} aria-hidden /> : <File size={16} aria-hidden />;

function Files({ repo }: { repo: Repo }) {
  const w = useWords(gitWords), [search] = useSearchParams(), ref = search.get('ref') ?? repo.default_branch, dir = search.get('path') ?? '';
  const { data: tree, error, loading, reload } = useResource<Tree>(`${paths.repo(repo.path)}/tree${query({ ref, path: dir })}`, [`repo:${repo.id}`]);
  return <>
    <div className="toolbar"><RefSelect repo={repo.path} value={ref} onChange={r => navigate(at.tree(repo.path, r, dir))} /><PathLine repo={repo.path} refName={ref} path={dir} />
      <div className="grow clone"><Command text={commands.clone(repo.clone_url)} label={w.tree.clone} /></div></div>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.nav.files} rows={8} />}
    {dir && <p><Link className="row plain-link soft" href={at.tree(repo.path, ref, dir.split('/').slice(0, -1).join('/'))}><CornerLeftUp size={14} aria-hidden />{w.tree.up}</Link></p>}
    {tree && <div className="file-table"><Table caption={w.nav.files} rows={tree.entries} rowKey={e => e.path} columns={[
      { head: w.tree.file, main: true, cell: e => <span className="row" style={{ flexWrap: 'nowrap' }}><Icon kind={e.kind} />{e.kind === 'submodule' ? e.name : <Link href={e.kind === 'tree' ? at.tree(repo.path, ref, e.path) : at.file(repo.path, ref, e.path)}>{e.name}</Link>}</span> },
      { head: w.tree.last, wide: true, cell: e => e.last_commit ? <Link href={at.commit(repo.path, e.last_commit.sha)} className="plain-link soft">{e.last_commit.title}</Link> : '' },
      { head: w.tree.changed, numeric: true, cell: e => e.last_commit ? <Ago at={e.last_commit.authored_at} /> : '' },
    ]} /></div>}
    {tree?.readme && <section className="card" aria-label={tree.readme.path}><p className="faint small mono">{tree.readme.path}</p><Readme text={tree.readme.text} repo={repo.path} refName={ref} dir={dir} /></section>}
  </>;
}

function EmptyRepo({ repo }: { repo: Repo }) {
  const w = useWords(gitWords).tree;
  return <Empty title={w.empty}><p className="soft">{w.emptyTeach}</p><Command text={`git remote add origin ${repo.clone_url}\ngit push -u origin HEAD:${repo.default_branch}`} label={w.emptyTeach} />
    <p className="soft">{w.orStart}</p><Command text={`git clone ${repo.clone_url}\ncd ${repo.name}\ngit switch -c ${repo.default_branch}\necho "# ${repo.name}" > README.md\ngit add README.md\ngit commit -m "First commit"\ngit push -u origin ${repo.default_branch}`} label={w.orStart} /></Empty>;
}

export default function TreePage() {
  const w = useWords(gitWords);
  return <RepoFrame>{repo => repo.empty ? <EmptyRepo repo={repo} /> : <><Files repo={repo} /><CommandLine forms={[[w.tree.clone, commands.clone(repo.clone_url)]]} /></>}</RepoFrame>;
}
