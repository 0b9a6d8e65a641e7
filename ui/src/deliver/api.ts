import { enc, query, send } from '../base/http';
import type { Role } from '../people/api';

export type Environment = { id: number; name: string; title: string; order: number; target: string; failure_policy: 'rollback' | 'freeze' | 'hold'; locked?: { by: string; reason: string; at: string } | null; my_role?: Role | null; apps: number; requires_approval: boolean };
export type Probe = { at: string; ok: boolean; status: number; body: string };
export type Exit = { code: number; reason: string; at: string };
export type Instance = { id: number | string; name: string; release: number; state: 'starting' | 'ready' | 'draining' | 'warm' | 'spare' | 'failed' | 'stopped'; address: string; started_at: string; ready_at?: string | null; restarts: number; cpu_percent: number; memory_bytes: number; last_probe?: Probe | null; exit?: Exit | null };
export type ReleaseBrief = { number: number; commit?: string; image?: string; digest?: string; created_at?: string; created_by?: string };
export type Release = Required<ReleaseBrief> & { id: number; repo: string; config: { key: string; value: string }[]; secrets: { key: string; version: number }[]; spec_hash: string; environments: string[] };
export type DeploymentState = 'running' | 'succeeded' | 'failed' | 'rolled_back' | 'aborted' | 'frozen';
export type DeploymentBrief = { id: number; kind: string; release: number; previous_release?: number | null; state: DeploymentState; phase: string; reason?: string; requests?: number; failed?: number; actor: string; created_at: string; finished_at?: string | null; duration_s?: number | null; phases?: Phase[] };
export type Phase = { name: string; state: string; started_at?: string | null; finished_at?: string | null; deadline_s?: number | null; detail?: string };
export type Deployment = DeploymentBrief & { application: string; environment: string; phases: Phase[]; probe_requests: number; probe_failed: number; first_failures: { at: string; status: number; path: string; detail: string }[]; run_id?: number | null; job_id?: number | null; log: { at: string; text: string }[]; evidence: { instance: string; log_tail: string; last_probe?: Probe | string | null; exit?: Exit | string | null }[]; warm_used: boolean; last_bad_answer_at?: string | null; switched_at?: string | null };
export type Metrics = { requests_per_second: number; errors_per_second: number; p95_ms?: number | null; cpu_percent: number; memory_bytes: number };
export type App = { id: number; name: string; environment: string; repo: string; url: string; state: 'running' | 'degraded' | 'down' | 'deploying' | 'never deployed'; release?: ReleaseBrief | null; instances: Instance[]; wanted: number; min: number; max: number; metrics: Metrics; deployment?: DeploymentBrief | null; last_change_at?: string | null };
export type AppDetail = App & { releases: Release[]; deployments: DeploymentBrief[]; events: { at: string; what: string; reason: string }[]; spec_yaml: string; config: { key: string; value: string }[]; secrets: { key: string; version: number }[]; warm: Instance[]; budget: { used: number; limit: number }; commands?: Record<string, string> };
export type Preview = { to: number; from: number; image_changes: boolean; config_changes: { key: string; from?: string | null; to?: string | null }[]; secret_changes: { key: string; from?: number | null; to?: number | null }[]; warm: boolean; estimate_s: number };
export type MetricsSeries = { step_s: number; points: { at: string; rps: number; errors: number; cpu_percent: number; memory_bytes: number; instances: number }[] };

const app = (environment: string, name: string) => `/api/v1/environments/${enc(environment)}/applications/${enc(name)}`;
export const paths = {
  environments: '/api/v1/environments', environment: (name: string) => `/api/v1/environments/${enc(name)}`,
  applications: '/api/v1/applications', app,
  preview: (environment: string, name: string, release?: number) => `${app(environment, name)}/rollback-preview${query({ release })}`,
  metrics: (environment: string, name: string, minutes: number) => `${app(environment, name)}/metrics${query({ minutes })}`,
  instanceLog: (environment: string, name: string, instance: string | number) => `${app(environment, name)}/instances/${enc(String(instance))}/log?tail=200`,
  deployment: (id: number | string) => `/api/v1/deployments/${id}`,
};
export const at = {
  app: (a: { environment: string; name: string }) => `/applications/${enc(a.environment)}/${enc(a.name)}`,
  environment: (name: string) => `/environments/${enc(name)}`,
  deployment: (id: number) => `/deployments/${id}`,
};
export const rollback = (environment: string, name: string, release?: number) => send<Deployment>('POST', `${app(environment, name)}/rollback`, release === undefined ? {} : { release });
export const deploy = (environment: string, name: string, body: { release?: number; image?: string; from_environment?: string }) => send<Deployment>('POST', `${app(environment, name)}/deploy`, body);
export const scale = (environment: string, name: string, instances: number) => send('POST', `${app(environment, name)}/scale`, { instances });
export const restart = (environment: string, name: string) => send('POST', `${app(environment, name)}/restart`);
export const abortDeployment = (id: number) => send('POST', `${paths.deployment(id)}/abort`);
export const resumeDeployment = (id: number) => send('POST', `${paths.deployment(id)}/resume`);
export const createEnvironment = (body: { name: string; title?: string; order?: number; failure_policy?: string }) => send<Environment>('POST', paths.environments, body);
export const changeEnvironment = (name: string, body: { title?: string; order?: number; failure_policy?: string; requires_approval?: boolean }) => send('PATCH', paths.environment(name), body);
export const lock = (name: string, reason: string) => send('POST', `${paths.environment(name)}/lock`, { reason });
export const unlock = (name: string) => send('POST', `${paths.environment(name)}/unlock`);
