import { query } from '../base/http';
import type { App } from '../deliver/api';
import type { CommitBrief, Repo } from '../git/api';
import type { RunBrief } from '../pipeline/api';
import type { ImageRepo } from '../registry/api';

export type Waiting = { kind: 'gate' | 'failed_run'; run: number | RunBrief; job?: string | number | null; title: string; repo: string; since: string };
export type Home = { waiting: Waiting[]; applications: App[] };
export type Found = { repositories: Repo[]; runs: RunBrief[]; applications: App[]; people: { login: string; name: string }[]; images: ImageRepo[]; commits: (CommitBrief & { repo: string })[] };
export type Status = { version: string; uptime_s?: number; database?: string; data_dir_free_bytes?: number; runners_online?: number };

export const paths = { home: '/api/v1/home', status: '/api/v1/status', search: (q: string) => `/api/v1/search${query({ q })}` };
export const runId = (run: number | RunBrief) => typeof run === 'number' ? run : run.id;
