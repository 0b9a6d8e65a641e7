import { Link, useParams } from 'wouter';
import { Ago, ErrorNote, Facts, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { useCommitFindings } from '../findings/commit_findings';
import { Journey } from '../web/journey';
import { at, paths, type Commit, type Diff, type Repo } from './api';
import { DiffView } from './diff_view';
import { RepoFrame } from './repo_frame';
import { gitWords } from './words';

function View({ repo, sha }: { repo: Repo; sha: string }) {
  const w = useWords(gitWords).commits, base = `${paths.repo(repo.path)}/commits/${encodeURIComponent(sha)}`, commit = useResource<Commit>(base), diff = useResource<Diff>(`${base}/diff`), c = commit.data, found = useCommitFindings(repo, c?.sha);
  return <><Journey repo={repo.path} sha={c?.sha ?? sha} /><ErrorNote error={commit.error ?? diff.error} retry={commit.reload} />{commit.loading && <Skeleton what={w.commit} />}
    {c && <section className="card stack" style={{ gap: 12 }} aria-label={w.commit}><pre className="wrap commit-message">{c.message.trim()}</pre>
      <Facts facts={[[w.author, <>{c.author_name}</>], [w.authored, <Ago at={c.authored_at} />], ...(c.committer_name !== c.author_name ? [[w.committed, <>{c.committer_name}, <Ago at={c.committed_at} /></>] as [string, React.ReactNode]] : []), ['SHA', <span className="mono">{c.sha.slice(0, 12)}</span>], [w.parents, <>{c.parents.map(p => <Link key={p} href={at.commit(repo.path, p)} className="mono">{p.slice(0, 8)} </Link>)}{!c.parents.length && '–'}</>], ['', <Link href={at.tree(repo.path, c.sha, '')}>{w.browse}</Link>]]} /></section>}
    {found.line}{diff.loading && <Skeleton what={w.title} rows={8} />}{diff.data && <DiffView diff={diff.data} notes={found.notes} />}</>;
}
export default function CommitPage() {
  const { sha, group, repo } = useParams<{ sha: string; group: string; repo: string }>();
  const { data } = useResource<Commit>(`${paths.repo(`${group}/${repo}`)}/commits/${encodeURIComponent(sha)}`);
  return <RepoFrame full title={data?.title ?? sha.slice(0, 8)}>{r => <View repo={r} sha={sha} />}</RepoFrame>;
}
