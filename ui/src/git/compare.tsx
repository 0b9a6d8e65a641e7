import { useSearchParams } from 'wouter';
import { query } from '../base/http';
import { ErrorNote, Section, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { paths, type CommitBrief, type Diff, type Repo } from './api';
import { CommitTable } from './commit_table';
import { DiffView } from './diff_view';
import { RefSelect } from './ref_select';
import { RepoFrame } from './repo_frame';
import { gitWords } from './words';

function View({ repo }: { repo: Repo }) {
  const w = useWords(gitWords), [search, setSearch] = useSearchParams(), from = search.get('from') ?? repo.default_branch, to = search.get('to') ?? repo.default_branch;
  const { data, error, loading, reload } = useResource<{ commits: CommitBrief[]; diff: Diff }>(from === to ? null : `${paths.repo(repo.path)}/compare${query({ from, to })}`);
  const set = (key: string, value: string) => setSearch(old => { const next = new URLSearchParams(old); next.set(key, value); return next; }, { replace: true });
  return <><div className="toolbar"><span className="soft">{w.compare.from}</span><RefSelect repo={repo.path} label={w.compare.from} value={from} onChange={v => set('from', v)} /><span className="soft">{w.compare.to}</span><RefSelect repo={repo.path} label={w.compare.to} value={to} onChange={v => set('to', v)} /></div>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton rows={6} />}{from === to && <p className="soft">{w.diff.none}</p>}
    {data && <><Section title={w.commits.title}><CommitTable repo={repo.path} commits={data.commits} /></Section><DiffView diff={data.diff} /></>}</>;
}
export default function Compare() { const w = useWords(gitWords).compare; return <RepoFrame full title={w.title}>{repo => <View repo={repo} />}</RepoFrame>; }
