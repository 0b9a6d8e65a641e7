import { enc, query, send } from '../base/http';
import type { Answer, Body, Item, Known } from '../base/wire';

type AppPath = '/api/v1/environments/{environment}/applications/{app}';
type WireApp = Item<'/api/v1/applications'>;
export type Policy = 'rollback' | 'freeze' | 'hold';
export type Environment = Known<Item<'/api/v1/environments'>, { failure_policy: Policy }>;
export type App = Known<WireApp, { state: 'running' | 'degraded' | 'down' | 'deploying' | 'never deployed' }>;
export type AppDetail = App & Omit<Answer<AppPath>, keyof WireApp>;
export type Instance = App['instances'][number];
export type Release = NonNullable<App['release']>;
export type DeploymentBrief = NonNullable<App['deployment']>;
export type Deployment = Answer<'/api/v1/deployments/{deployment}'>;
export const isUnderWay = (d: { state: Deployment['state'] }) => d.state === 'queued' || d.state === 'running';
export type Phase = Deployment['phases'][number];
export type Preview = Answer<`${AppPath}/rollback-preview`>;
export type MetricsSeries = Answer<`${AppPath}/metrics`>;
export type InstanceLog = Answer<`${AppPath}/instances/{instance}/log`>;

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
export const deploy = (environment: string, name: string, body: Body<`${AppPath}/deploy`>) => send<Deployment>('POST', `${app(environment, name)}/deploy`, body);
export const scale = (environment: string, name: string, instances: number) => send('POST', `${app(environment, name)}/scale`, { instances });
export const restart = (environment: string, name: string) => send('POST', `${app(environment, name)}/restart`);
export const abortDeployment = (id: number) => send('POST', `${paths.deployment(id)}/abort`);
export const createEnvironment = (body: Body<'/api/v1/environments'>) => send<Environment>('POST', paths.environments, body);
export const changeEnvironment = (name: string, body: Body<'/api/v1/environments/{environment}', 'patch'>) => send('PATCH', paths.environment(name), body);
export const lock = (name: string, reason: string) => send('POST', `${paths.environment(name)}/lock`, { reason });
export const unlock = (name: string) => send('POST', `${paths.environment(name)}/unlock`);
