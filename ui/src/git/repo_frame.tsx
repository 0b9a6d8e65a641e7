// The head and the tabs of every page of a repository.
import type { ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import { ErrorNote, PageHead, Skeleton, SubNav, type Crumb } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { at, paths, type Repo } from './api';
import { gitWords } from './words';
import './git.css';

export function useRepoPath(): string { const p = useParams<{ group: string; repo: string }>(); return `${p.group}/${p.repo}`; }

export function RepoFrame({ children, title, full, below }: { children: (repo: Repo) => ReactNode; title?: string; full?: boolean; below?: ReactNode }) {
  const path = useRepoPath(), w = useWords(gitWords), [here] = useLocation(), home = at.repo(path);
  const { data: repo, error, loading, reload } = useResource<Repo>(paths.repo(path), ['repos']);
  const [group, name] = path.split('/'), crumbs: Crumb[] = [{ text: w.list.title, to: '/code' }, { text: group, to: `/code/${group}` }, ...(title ? [{ text: name, to: home }] : [])];
  const link = (tail: string, text: string) => ({ to: `${home}${tail}`, text, here: tail ? here.startsWith(`${home}${tail}`) : here === home || here === `${home}/file` });
  return <div className={`page${full ? ' page-full' : ''}`}>
    <PageHead title={title ?? name} plainTitle={title ? `${title} · ${path}` : path} crumbs={crumbs}>{!title && repo?.description}</PageHead>
    <SubNav label={w.nav.of} links={[link('', w.nav.files), link('/commits', w.nav.commits), link('/branches', w.nav.branches), link('/tags', w.nav.tags), link('/findings', w.nav.findings), link('/pipelines', w.nav.pipelines), { to: `/runs?repo=${path}`, text: w.nav.runs, here: false }, link('/settings', w.nav.settings)]} />
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={name} rows={6} />}
    {repo && children(repo)}{below}
  </div>;
}
