import { query, send } from '../base/http';
import type { Answer, Item, Known } from '../base/wire';
import type { Severity } from '../findings/api';

export type ImageRepo = Item<'/api/v1/images'>;
type Tag = Item<'/api/v1/images/tags'>;
export type ImageScan = Known<NonNullable<Tag['scan']>, { state: 'passed' | 'failed' | 'unknown' }>;
export type ImageTag = Known<Tag, { scan: ImageScan | null }>;
type Findings = Answer<'/api/v1/images/findings'>;
export type ImageFindings = Known<Findings, { items: Known<Findings['items'][number], { severity: Severity }>[] }>;

export const paths = { images: '/api/v1/images', tags: (repository: string) => `/api/v1/images/tags${query({ repository })}`, findings: (repository: string, digest: string) => `/api/v1/images/findings${query({ repository, digest })}` };
export const deleteTag = (repository: string, tag: string) => send('DELETE', `/api/v1/images/tags${query({ repository, tag })}`);
