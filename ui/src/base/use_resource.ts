// Data of one GET route: fetched, shown again at once from memory when the page is visited anew, and fetched again on live news.
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, get, type Page } from './http';
import { useTopics } from './live';

const kept = new Map<string, unknown>();
const kKeep = 80;
function keep(path: string, data: unknown) {
  kept.delete(path); kept.set(path, data);
  if (kept.size > kKeep) kept.delete(kept.keys().next().value!);
}
export function forgetAll() { kept.clear(); }

export type Resource<T> = { data?: T; error?: ApiError; loading: boolean; reload: () => void };
const kQuietMs = 250;   // at most one refetch per this time, however many events arrive
const kRetryMs = 3000;

export function useResource<T>(path: string | null, topics: readonly string[] = []): Resource<T> {
  const [state, setState] = useState<{ path: string | null; data?: T; error?: ApiError }>(() => ({ path, data: path ? kept.get(path) as T : undefined }));
  const [turn, setTurn] = useState(0);
  const timer = useRef(0);
  const reload = useCallback(() => {
    if (timer.current) return;
    timer.current = window.setTimeout(() => { timer.current = 0; setTurn(n => n + 1); }, kQuietMs);
  }, []);
  useTopics(topics, reload);
  useEffect(() => () => { clearTimeout(timer.current); timer.current = 0; }, []);
  useEffect(() => {
    if (!path) return;
    const stop = new AbortController(); let again = 0;
    get<T>(path, stop.signal).then(
      data => { keep(path, data); setState({ path, data }); },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const sentence = error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
        setState(old => ({ path, data: old.path === path ? old.data : kept.get(path) as T | undefined, error: sentence }));
        if (sentence.status === 0 || sentence.status === 503) again = window.setTimeout(() => setTurn(n => n + 1), kRetryMs);
      });
    return () => { stop.abort(); clearTimeout(again); };
  }, [path, turn]);
  const current = state.path === path ? state : { path, data: path ? kept.get(path) as T | undefined : undefined, error: undefined };
  return { data: current.data, error: current.error, loading: !!path && !current.data && !current.error, reload };
}

export type Pages<T> = { items?: T[]; error?: ApiError; loading: boolean; more: (() => void) | null; reload: () => void };

/** A list route, page after page: `more` fetches the next page, live news refresh the first and keep the rest. */
export function usePages<T extends object>(path: string | null, key: (item: T) => string | number, topics: readonly string[] = []): Pages<T> {
  const first = useResource<Page<T>>(path, topics);
  const [rest, setRest] = useState<{ path: string | null; items: T[]; next: string | null | undefined; error?: ApiError }>({ path, items: [], next: undefined });
  const mine = rest.path === path ? rest : { path, items: [], next: undefined, error: undefined };
  const next = mine.next === undefined ? first.data?.next : mine.next;
  const more = next ? () => {
    get<Page<T>>(`${path}${path!.includes('?') ? '&' : '?'}before=${encodeURIComponent(next)}`).then(
      page => setRest({ path, items: [...mine.items, ...page.items], next: page.next }),
      (error: unknown) => setRest({ ...mine, path, error: error as ApiError }));
  } : null;
  const seen = new Set<string | number>();
  const items = first.data && [...first.data.items, ...mine.items].filter(item => { const k = key(item); if (seen.has(k)) return false; seen.add(k); return true; });
  return { items, error: first.error ?? mine.error, loading: first.loading, more, reload: first.reload };
}

/** An act of the user: busy while under way, its refusal kept to stand where the act was. */
export function useAct<A extends unknown[]>(act: (...args: A) => Promise<unknown>) {
  const [state, setState] = useState<{ busy: boolean; error?: ApiError }>({ busy: false });
  const run = async (...args: A): Promise<boolean> => {
    setState({ busy: true });
    try { await act(...args); setState({ busy: false }); return true; }
    catch (error) { setState({ busy: false, error: error instanceof ApiError ? error : new ApiError(0, 'internal', String(error)) }); return false; }
  };
  return { run, busy: state.busy, error: state.error, clear: () => setState({ busy: false }) };
}
