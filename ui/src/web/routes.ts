// The addresses of the pages, as data: each page is its own chunk, fetched when first opened.
import { createElement, useEffect, useState, type ComponentType, type ReactNode } from 'react';

type PageModule = { default: ComponentType };
type PageRoute = { path: string; load: () => Promise<void>; Page: ComponentType<{ waiting: ReactNode }> };

/**
 * A page whose chunk is there is drawn at once, another shows `waiting` first. Not React's lazy and Suspense: they draw the fallback even when the chunk
 * is loaded, and then keep it for 300 ms.
 */
function page(path: string, chunk: () => Promise<PageModule>): PageRoute {
  let loaded: ComponentType | undefined;
  const load = async () => { loaded ??= (await chunk()).default; };
  function Page({ waiting }: { waiting: ReactNode }) {
    const [failure, setFailure] = useState<unknown>(), [, redraw] = useState(0);
    useEffect(() => { load().then(() => redraw(1), setFailure); }, []);
    if (failure) throw failure;   // said by the fence around the page
    return loaded ? createElement(loaded) : waiting;
  }
  return { path, load, Page };
}

export const routes: PageRoute[] = [
  page('/', () => import('./home')),
  page('/code', () => import('../git/repositories')),
  page('/code/:group', () => import('../git/group')),
  page('/code/:group/:repo', () => import('../git/tree')),
  page('/code/:group/:repo/file', () => import('../git/file')),
  page('/code/:group/:repo/branches', () => import('../git/refs')),
  page('/code/:group/:repo/tags', () => import('../git/refs')),
  page('/code/:group/:repo/commits', () => import('../git/commits')),
  page('/code/:group/:repo/commits/:sha', () => import('../git/commit')),
  page('/code/:group/:repo/compare', () => import('../git/compare')),
  page('/code/:group/:repo/findings', () => import('../findings/findings')),
  page('/code/:group/:repo/pipelines', () => import('../pipeline/pipelines')),
  page('/code/:group/:repo/settings', () => import('../git/repo_settings')),
  page('/runs', () => import('../pipeline/runs')),
  page('/runs/:run', () => import('../pipeline/run')),
  page('/images', () => import('../registry/images')),
  page('/images/*', () => import('../registry/image')),
  page('/applications', () => import('../deliver/applications')),
  page('/applications/:environment/:app', () => import('../deliver/application')),
  page('/deployments/:id', () => import('../deliver/deployment')),
  page('/environments', () => import('../deliver/environments')),
  page('/environments/:environment', () => import('../deliver/environment')),
  page('/settings', () => import('./settings')),
  page('/settings/profile', () => import('../people/profile')),
  page('/settings/tokens', () => import('../people/tokens')),
  page('/settings/users', () => import('../people/users')),
  page('/settings/audit', () => import('../people/audit')),
  page('/settings/runners', () => import('../pipeline/runners')),
  page('/settings/robots', () => import('../notify/robots')),
  page('/settings/variables', () => import('../pipeline/variables')),
  page('/settings/variables/:name', () => import('../pipeline/variable_group')),
];

/** Fetches the chunk of an address before React asks for it. */
export function preload(path: string) {
  const parts = path.split('/').length;
  const fits = (r: PageRoute) => r.path.split('/').every((p, i) => p === '*' || p.startsWith(':') || p === path.split('/')[i]) && (r.path.endsWith('*') || r.path.split('/').length === parts);
  return routes.find(fits)?.load().catch(() => undefined);   // the page itself reports a chunk that cannot be fetched
}
