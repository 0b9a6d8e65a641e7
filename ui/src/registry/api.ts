import { query, send } from '../base/http';

export type ImageRepo = { name: string; tags: number; size: number; updated_at: string; pulls: number };
export type ImageTag = { tag: string; digest: string; size: number; created_at: string; pushed_by: string; layers: { digest: string; size: number; created_by: string }[]; used_by: { application: string; environment: string; release: number }[] };

export const paths = { images: '/api/v1/images', tags: (repository: string) => `/api/v1/images/tags${query({ repository })}` };
export const deleteTag = (repository: string, tag: string) => send('DELETE', `/api/v1/images/tags${query({ repository, tag })}`);
