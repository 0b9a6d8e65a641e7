import { useSearchParams } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { query } from '../base/http';
import { ErrorNote, More, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { usePages } from '../base/use_resource';
import { at, paths, type CommitBrief, type Repo } from './api';
import { CommitTable } from './commit_table';
import { RefSelect } from './ref_select';
import { RepoFrame } from './repo_frame';
import { gitWords } from './words';

function List({ repo }: { repo: Repo }) {
  const w = useWords(gitWords), [search] = useSearchParams(), ref = search.get('ref') ?? repo.default_branch, path = search.get('path') ?? '';
  const { items, error, loading, more, reload } = usePages<CommitBrief>(repo.empty ? null : `${paths.repo(repo.path)}/commits${query({ ref, path })}`, c => c.sha, [`repo:${repo.id}`]);
  return <><div className="toolbar"><RefSelect repo={repo.path} value={ref} onChange={r => navigate(at.commits(repo.path, r, path))} />{path && <span className="mono soft">{w.commits.of(path)}</span>}</div>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.commits.title} rows={10} />}
    {repo.empty && <p className="soft">{w.tree.empty}</p>}{items && <CommitTable repo={repo.path} commits={items} />}<More more={more} /></>;
}
export default function Commits() { const w = useWords(gitWords).commits; return <RepoFrame title={w.title}>{repo => <List repo={repo} />}</RepoFrame>; }
