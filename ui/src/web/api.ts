import { query } from '../base/http';
import type { Answer, Known } from '../base/wire';
import type { App } from '../deliver/api';

export type Home = Known<Answer<'/api/v1/home'>, { applications: App[] }>;
export type Waiting = Home['waiting'][number];
export type Found = Known<Answer<'/api/v1/search'>, { applications: App[] }>;
export type Status = Answer<'/api/v1/status'>;

export const paths = { home: '/api/v1/home', status: '/api/v1/status', search: (q: string) => `/api/v1/search${query({ q })}` };
