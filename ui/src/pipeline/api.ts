import { enc, query, send } from '../base/http';
import { paths as git } from '../git/api';

export type RunState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'canceled' | 'skipped';
export type JobState = RunState | 'pending';
export type RunBrief = { id: number; number: number; repo: string; pipeline: string; pipeline_file: string; ref: string; sha: string; title: string; state: RunState; reason: string; trigger: string; actor: string; created_at: string; started_at?: string | null; finished_at?: string | null; duration_s?: number | null; usual_s?: number | null };
export type Step = { key: string; name: string; step: string; state: JobState; started_at?: string | null; finished_at?: string | null; exit_code?: number | null; log_first_line?: number | null };
export type Approval = { login: string; verdict: 'approve' | 'refuse'; comment: string; at: string };
export type Gate = { state: 'open' | 'approved' | 'refused'; validators: string[]; method: 'and' | 'or'; message: string; approvals: Approval[]; release_at?: string | null; may_i: boolean };
export type Artifact = { id: number; name: string; file_name: string; size: number; sha256: string; kind: 'archive' | 'image' | 'file'; image?: string | null };
export type Report = { kind: string; name: string; tests: number; failures: number; errors: number; skipped: number; duration_s: number; failed_cases: { suite: string; name: string; message: string }[] };
export type Job = { id: number; key: string; stage: string; name: string; state: JobState; reason: string; needs: string[]; driven: string; component?: string | null; runner?: string | null; started_at?: string | null; finished_at?: string | null; duration_s?: number | null; usual_s?: number | null; attempt: number; steps: Step[]; gate?: Gate | null; deployment_id?: number | null; artifacts: Artifact[]; reports: Report[] };
export type Stage = { id: string; name: string; jobs: Job[] };
export type Edge = { from: string; to: string };
export type Run = RunBrief & { stages: Stage[]; variables: { key: string; value: string }[]; edges: Edge[]; can: { cancel: boolean; retry: boolean; approve: boolean }; comment: string };
export type Pipeline = { id: number; file: string; name: string; triggers: string[]; branches_filter?: string | null; last_run?: RunBrief | null; errors: { line: number; column: number; message: string }[] };
export type TriggerRecord = { at: string; event: string; ref: string; sha: string; actor: string; outcome: 'started' | 'nothing'; reason: string; pipeline_file?: string | null; run_id?: number | null };
export type Cache = { id: number; job_key: string; directory: string; size: number; updated_at: string };
export type LogLine = { n: number; at?: string | null; step?: string | null; text: string };
export type LogPart = { total_lines: number; total_bytes: number; first_line: number; complete: boolean; lines: LogLine[] };
export type Variable = { key: string; value: string | null; secret: boolean; version: number };
export type VariableGroup = { id: number; name: string; description: string; environments: string[]; repos?: string[]; variables: Variable[]; updated_at: string; updated_by: string };
export type VariableChange = { at: string; actor: string; key: string; secret: boolean; version: number; old?: string | null; new?: string | null; action: string };
export type Runner = { id: number; name: string; state: 'online' | 'offline'; version: string; labels: string[]; busy: number; capacity: number; last_seen_at?: string | null; current_jobs: (string | number)[] };

export const paths = {
  runs: (filter: { repo?: string; state?: string; mine?: boolean; limit?: number }) => `/api/v1/runs${query({ ...filter, mine: filter.mine ? 1 : undefined })}`,
  repoRuns: (repo: string, filter: { ref?: string; sha?: string; limit?: number } = {}) => `${git.repo(repo)}/runs${query(filter)}`,
  run: (id: number | string) => `/api/v1/runs/${id}`,
  log: (run: number | string, job: number) => `/api/v1/runs/${run}/jobs/${job}/log`,
  groups: '/api/v1/variable-groups', group: (name: string) => `/api/v1/variable-groups/${enc(name)}`,
  runners: '/api/v1/runners',
};
export const startRun = (repo: string, body: { pipeline: string; ref: string; comment?: string; variables?: Record<string, string> }) => send<Run>('POST', `${git.repo(repo)}/runs`, body);
export const cancelRun = (run: number) => send('POST', `${paths.run(run)}/cancel`);
export const retryRun = (run: number, job?: string) => send<Run>('POST', `${paths.run(run)}/retry`, job ? { job } : {});
export const approve = (run: number, job: number, comment: string, release_at?: string) => send('POST', `${paths.run(run)}/jobs/${job}/approve`, { comment, ...(release_at ? { release_at } : {}) });
export const refuse = (run: number, job: number, comment: string) => send('POST', `${paths.run(run)}/jobs/${job}/refuse`, { comment });
export const startJob = (run: number, job: number) => send('POST', `${paths.run(run)}/jobs/${job}/start`);
export const deleteCache = (repo: string, id: number) => send('DELETE', `${git.repo(repo)}/caches/${id}`);
export const putGroup = (name: string, body: { description?: string; environments?: string[]; repos?: string[] }) => send('PUT', paths.group(name), body);
export const deleteGroup = (name: string) => send('DELETE', paths.group(name));
export const putVariable = (group: string, key: string, value: string, secret: boolean) => send('PUT', `${paths.group(group)}/variables/${enc(key)}`, { value, secret });
export const deleteVariable = (group: string, key: string) => send('DELETE', `${paths.group(group)}/variables/${enc(key)}`);
export const createRunner = (name: string, labels: string[]) => send<Runner & { token: string }>('POST', paths.runners, { name, labels });
export const deleteRunner = (id: number) => send('DELETE', `${paths.runners}/${id}`);
