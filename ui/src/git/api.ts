import { enc, encPath, query, send } from '../base/http';
import type { Role } from '../people/api';

export type Visibility = 'private' | 'internal';
export type Group = { id: number; name: string; description: string; visibility: Visibility; repo_count: number; my_role?: Role | null };
export type CommitBrief = { sha: string; short_sha: string; title: string; author_name: string; author_email: string; authored_at: string; parents: string[] };
export type Commit = CommitBrief & { message: string; committer_name: string; committed_at: string; stats: { files: number; additions: number; deletions: number } };
export type Repo = { id: number; path: string; group: string; name: string; description: string; visibility: Visibility; default_branch: string; empty: boolean; clone_url: string; my_role?: Role | null; updated_at: string; head?: CommitBrief | null };
export type Template = { id: string; title_en: string; title_zh: string; description_en: string; description_zh: string };
export type Ref = { name: string; sha: string; commit: CommitBrief; is_default: boolean };
export type DiffLine = { kind: ' ' | '+' | '-'; old?: number | null; new?: number | null; text: string };
export type Hunk = { header: string; old_start: number; old_lines: number; new_start: number; new_lines: number; lines: DiffLine[] };
export type DiffFile = { path: string; old_path?: string | null; status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied'; binary: boolean; additions: number; deletions: number; truncated: boolean; hunks: Hunk[] };
export type Diff = { files: DiffFile[]; truncated: boolean };
export type TreeEntry = { name: string; path: string; kind: 'tree' | 'blob' | 'symlink' | 'submodule'; mode: string; size?: number | null; last_commit?: CommitBrief | null };
export type Tree = { ref: string; sha: string; path: string; entries: TreeEntry[]; readme?: { path: string; text: string } | null };
export type FileText = { path: string; ref: string; sha: string; size: number; binary: boolean; truncated: boolean; text?: string | null; language?: string | null };
export type Blame = { lines: { commit: number; line: number; text: string }[]; commits: CommitBrief[] };
export type Push = { id: number; at: string; actor: string; updates: { ref: string; old_sha: string; new_sha: string }[]; state: string };

export const paths = {
  groups: '/api/v1/groups', group: (name: string) => `/api/v1/groups/${enc(name)}`,
  repos: (group?: string, text?: string) => `/api/v1/repos${query({ group, query: text, limit: 200 })}`,
  repo: (path: string) => `/api/v1/repos/${encPath(path)}`,
  templates: '/api/v1/templates',
};
export const createGroup = (group: { name: string; description?: string; visibility?: Visibility }) => send<Group>('POST', paths.groups, group);
export const createRepo = (repo: { group: string; name: string; description?: string; visibility?: Visibility; template?: string }) => send<Repo>('POST', '/api/v1/repos', repo);
export const changeRepo = (path: string, change: { description?: string; visibility?: Visibility; default_branch?: string }) => send<Repo>('PATCH', paths.repo(path), change);
export const deleteRepo = (path: string) => send('DELETE', paths.repo(path));
export const createBranch = (path: string, name: string, from: string) => send('POST', `${paths.repo(path)}/branches`, { name, from });
export const deleteBranch = (path: string, name: string) => send('DELETE', `${paths.repo(path)}/branches/${encPath(name)}`);

/** Addresses of the pages of a repository. */
export const at = {
  repo: (path: string) => `/code/${encPath(path)}`,
  tree: (path: string, ref: string, dir: string) => `/code/${encPath(path)}${query({ ref, path: dir })}`,
  file: (path: string, ref: string, file: string) => `/code/${encPath(path)}/file${query({ ref, path: file })}`,
  commit: (path: string, sha: string) => `/code/${encPath(path)}/commits/${sha}`,
  commits: (path: string, ref?: string, file?: string) => `/code/${encPath(path)}/commits${query({ ref, path: file })}`,
};
