import { query, send } from '../base/http';
import type { Item } from '../base/wire';

export type ImageRepo = Item<'/api/v1/images'>;
export type ImageTag = Item<'/api/v1/images/tags'>;

export const paths = { images: '/api/v1/images', tags: (repository: string) => `/api/v1/images/tags${query({ repository })}` };
export const deleteTag = (repository: string, tag: string) => send('DELETE', `/api/v1/images/tags${query({ repository, tag })}`);
