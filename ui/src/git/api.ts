import { enc, encPath, query, send } from '../base/http';
import type { Answer, Body, Item, Known } from '../base/wire';

type RepoPath = '/api/v1/repos/{group}/{repo}';
export type Group = Item<'/api/v1/groups'>;
export type Visibility = Group['visibility'];
export type Repo = Item<'/api/v1/repos'>;
export type Template = Item<'/api/v1/templates'>;
export type CommitBrief = Item<`${RepoPath}/commits`>;
export type Commit = Answer<`${RepoPath}/commits/{sha}`>;
export type Ref = Item<`${RepoPath}/branches`>;
type WireDiff = Answer<`${RepoPath}/commits/{sha}/diff`>;
type WireFile = WireDiff['files'][number];
type WireHunk = WireFile['hunks'][number];
export type DiffLine = Known<WireHunk['lines'][number], { kind: ' ' | '+' | '-' }>;
export type Hunk = Known<WireHunk, { lines: DiffLine[] }>;
export type DiffFile = Known<WireFile, { status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied'; hunks: Hunk[] }>;
export type Diff = Known<WireDiff, { files: DiffFile[] }>;
export type Compare = Known<Answer<`${RepoPath}/compare`>, { diff: Diff }>;
export type Tree = Answer<`${RepoPath}/tree`>;
export type TreeEntry = Tree['entries'][number];
export type FileText = Answer<`${RepoPath}/file`>;
export type Blame = Answer<`${RepoPath}/blame`>;
export type Push = Item<`${RepoPath}/pushes`>;

export const paths = {
  groups: '/api/v1/groups', group: (name: string) => `/api/v1/groups/${enc(name)}`,
  repos: (group?: string, text?: string) => `/api/v1/repos${query({ group, query: text, limit: 200 })}`,
  repo: (path: string) => `/api/v1/repos/${encPath(path)}`,
  templates: '/api/v1/templates',
};
export const createGroup = (group: Body<'/api/v1/groups'>) => send<Group>('POST', paths.groups, group);
export const createRepo = (repo: Body<'/api/v1/repos'>) => send<Repo>('POST', '/api/v1/repos', repo);
export const changeRepo = (path: string, change: Body<RepoPath, 'patch'>) => send<Repo>('PATCH', paths.repo(path), change);
export const deleteRepo = (path: string) => send('DELETE', paths.repo(path));
export const createBranch = (path: string, name: string, from: string) => send('POST', `${paths.repo(path)}/branches`, { name, from });
export const deleteBranch = (path: string, name: string) => send('DELETE', `${paths.repo(path)}/branches/${encPath(name)}`);

/** Addresses of the pages of a repository. */
export const at = {
  repo: (path: string) => `/code/${encPath(path)}`,
  tree: (path: string, ref: string, dir: string) => `/code/${encPath(path)}${query({ ref, path: dir })}`,
  file: (path: string, ref: string, file: string) => `/code/${encPath(path)}/file${query({ ref, path: file })}`,
  commit: (path: string, sha: string) => `/code/${encPath(path)}/commits/${sha}`,
  /** A line of the file as the commit has it, in the commit's diff. */
  diffLine: (path: string, sha: string, file: string, line: number) => `/code/${encPath(path)}/commits/${sha}#L${line}:${enc(file)}`,
  commits: (path: string, ref?: string, file?: string) => `/code/${encPath(path)}/commits${query({ ref, path: file })}`,
};
