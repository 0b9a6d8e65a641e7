import { enc, query, send } from '../base/http';
import type { Answer, Body, Item, Known } from '../base/wire';
import { paths as git } from '../git/api';

type RepoPath = '/api/v1/repos/{group}/{repo}';
type WireRun = Answer<'/api/v1/runs/{run}'>;
type WireJob = WireRun['stages'][number]['jobs'][number];
type WireBrief = Item<'/api/v1/runs'>;
export type RunState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'canceled' | 'skipped';
export type JobState = RunState | 'pending';
export type RunBrief = Known<WireBrief, { state: RunState }>;
export type Step = Known<WireJob['steps'][number], { state: JobState }>;
export type Gate = Known<NonNullable<WireJob['gate']>, { state: 'open' | 'approved' | 'refused'; method: 'and' | 'or' }>;
export type Artifact = WireJob['artifacts'][number];
export type Report = WireJob['reports'][number];
export type Metric = Known<WireJob['metrics'][number], { comparator: 'LE' | 'GE' | 'EQ' | null }>;
export type Job = Known<WireJob, { state: JobState; steps: Step[]; gate: Gate | null; metrics: Metric[] }>;
export type Stage = Known<WireRun['stages'][number], { jobs: Job[] }>;
export type Run = Known<WireRun, { state: RunState; stages: Stage[] }>;
export type Edge = Run['edges'][number];
export type Pipeline = Known<Item<`${RepoPath}/pipelines`>, { last_run: RunBrief | null }>;
export type TriggerRecord = Known<Item<`${RepoPath}/triggers`>, { outcome: 'started' | 'nothing' }>;
export type Cache = Item<`${RepoPath}/caches`>;
export type LogPart = Answer<'/api/v1/runs/{run}/jobs/{job}/log'>;
export type LogLine = LogPart['lines'][number];
export type VariableGroup = Item<'/api/v1/variable-groups'>;
export type Variable = VariableGroup['variables'][number];
export type VariableChange = Item<'/api/v1/variable-groups/{name}/history'>;
export type Runner = Known<Item<'/api/v1/runners'>, { state: 'online' | 'offline' }>;

export const paths = {
  runs: (filter: { repo?: string; state?: string; mine?: boolean; limit?: number }) => `/api/v1/runs${query({ ...filter, mine: filter.mine ? 1 : undefined })}`,
  repoRuns: (repo: string, filter: { ref?: string; sha?: string; limit?: number } = {}) => `${git.repo(repo)}/runs${query(filter)}`,
  run: (id: number | string) => `/api/v1/runs/${id}`,
  log: (run: number | string, job: number) => `/api/v1/runs/${run}/jobs/${job}/log`,
  groups: '/api/v1/variable-groups', group: (name: string) => `/api/v1/variable-groups/${enc(name)}`,
  runners: '/api/v1/runners',
};
export const startRun = (repo: string, body: Body<`${RepoPath}/runs`>) => send<Run>('POST', `${git.repo(repo)}/runs`, body);
export const cancelRun = (run: number) => send('POST', `${paths.run(run)}/cancel`);
export const retryRun = (run: number, job?: number) => send<Run>('POST', `${paths.run(run)}/retry`, job ? { job } : {});
export const approve = (run: number, job: number, comment: string, release_at?: string) => send('POST', `${paths.run(run)}/jobs/${job}/approve`, { comment, ...(release_at ? { release_at } : {}) });
export const refuse = (run: number, job: number, comment: string) => send('POST', `${paths.run(run)}/jobs/${job}/refuse`, { comment });
export const startJob = (run: number, job: number) => send('POST', `${paths.run(run)}/jobs/${job}/start`);
export const deleteCache = (repo: string, id: number) => send('DELETE', `${git.repo(repo)}/caches/${id}`);
export const putGroup = (name: string, body: Body<'/api/v1/variable-groups/{name}', 'put'>) => send('PUT', paths.group(name), body);
export const deleteGroup = (name: string) => send('DELETE', paths.group(name));
export const putVariable = (group: string, key: string, value: string, secret: boolean) => send('PUT', `${paths.group(group)}/variables/${enc(key)}`, { value, secret });
export const deleteVariable = (group: string, key: string) => send('DELETE', `${paths.group(group)}/variables/${enc(key)}`);
export const createRunner = (name: string, labels: string[]) => send<Runner>('POST', paths.runners, { name, labels });
export const deleteRunner = (id: number) => send('DELETE', `${paths.runners}/${id}`);
