import { send } from '../base/http';
import type { Body, Item, Known } from '../base/wire';

export const eventNames = ['run_failed', 'run_recovered', 'run_succeeded', 'gate_opened', 'deployment_finished', 'app_changed'] as const;
export type EventName = typeof eventNames[number];
export type Robot = Known<Item<'/api/v1/robots'>, { kind: 'dingtalk' | 'webhook'; events: EventName[] }>;
export type Delivery = Known<Item<'/api/v1/robots/{id}/deliveries'>, { state: 'queued' | 'sent' | 'failed' }>;

export const paths = { robots: '/api/v1/robots', deliveries: (id: number) => `/api/v1/robots/${id}/deliveries` };
export const createRobot = (robot: Body<'/api/v1/robots'>) => send<Robot>('POST', paths.robots, robot);
export const changeRobot = (id: number, change: Body<'/api/v1/robots/{id}', 'patch'>) => send<Robot>('PATCH', `${paths.robots}/${id}`, change);
export const deleteRobot = (id: number) => send('DELETE', `${paths.robots}/${id}`);
export const testRobot = (id: number) => send('POST', `${paths.robots}/${id}/test`);
