import { send } from '../base/http';

export const eventNames = ['run_failed', 'run_recovered', 'run_succeeded', 'gate_opened', 'deployment_finished', 'app_changed'] as const;
export type EventName = typeof eventNames[number];
export type Robot = { id: number; name: string; kind: 'dingtalk' | 'webhook'; url: string; events: EventName[]; repos?: string[]; environments?: string[]; active?: boolean };
export type Delivery = { id: number; at: string; title: string; state: 'queued' | 'sent' | 'failed'; attempts: number; answer: string };

export const paths = { robots: '/api/v1/robots', deliveries: (id: number) => `/api/v1/robots/${id}/deliveries` };
export const createRobot = (robot: { name: string; kind: string; url: string; secret?: string; events: string[] }) => send<Robot>('POST', paths.robots, robot);
export const changeRobot = (id: number, change: Partial<Robot>) => send<Robot>('PATCH', `${paths.robots}/${id}`, change);
export const deleteRobot = (id: number) => send('DELETE', `${paths.robots}/${id}`);
export const testRobot = (id: number) => send('POST', `${paths.robots}/${id}/test`);
