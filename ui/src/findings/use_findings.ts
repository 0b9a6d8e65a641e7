// Findings as a page needs them: page after page, looked at again until the scan is done.
import { useEffect, useRef, useState } from 'react';
import { get, type ApiError } from '../base/http';
import { isHere } from '../base/presence';
import { useResource, type Resource } from '../base/use_resource';
import type { Finding, FindingList, Scan } from './api';

const kQueuedMs = 1000, kAbsentMs = 5000;
/** Looks again while the scan is under way, and now and then while there is none (null): one may come of a push. */
export function useLookAgain(scan: Scan | null | undefined, reload: () => void) {
  const every = scan === null ? kAbsentMs : scan?.state === 'queued' ? kQueuedMs : 0;
  useEffect(() => {
    if (!every) return;
    const timer = setInterval(() => { if (isHere()) reload(); }, every);
    return () => clearInterval(timer);
  }, [every, reload]);
}

/** Calls `reload` when the value changes, not at first. */
export function useReloadOn(value: unknown, reload: () => void) {
  const before = useRef(value);
  useEffect(() => { if (before.current !== value) { before.current = value; reload(); } }, [value, reload]);
}

export type Findings = Resource<FindingList> & { items: Finding[]; more: (() => void) | null; busy: boolean };
/** `path` without a cursor. While another list of the same `of` loads the one before stays (`busy`): whoever types a filter keeps the field. Whatever renews the first page renews those behind it too: a dismissed finding moves them all. */
export function useFindings(path: string, of: string, topics: readonly string[]): Findings {
  const first = useResource<FindingList>(path, topics), head = first.data, before = useRef<{ of: string; data: FindingList }>(undefined);
  if (head) before.current = { of, data: head };
  const shown = head ?? (before.current?.of === of ? before.current.data : undefined);
  const [pages, setPages] = useState({ path, wanted: 1 }), wanted = pages.path === path ? pages.wanted : 1;
  const [rest, setRest] = useState<{ path: string; items: Finding[]; next: string | null; error?: ApiError }>({ path, items: [], next: null });
  useEffect(() => {
    if (!head || wanted < 2) return;
    const stop = new AbortController();
    void (async () => {
      const items: Finding[] = []; let next = head.next;
      for (let page = 1; page < wanted && next; page++) {
        const answer: FindingList = await get<FindingList>(`${path}&before=${encodeURIComponent(next)}`, stop.signal);
        items.push(...answer.items); next = answer.next;
      }
      setRest({ path, items, next });
    })().catch((error: unknown) => { if (!stop.signal.aborted) setRest(old => ({ ...old, path, error: error as ApiError })); });
    return () => stop.abort();
  }, [path, head, wanted]);
  const behind = head && wanted > 1 && rest.path === path ? rest : { items: [], next: head?.next ?? null, error: undefined };
  return { ...first, error: first.error ?? behind.error, data: shown, loading: first.loading && !shown, busy: first.loading, items: shown ? [...shown.items, ...behind.items] : [], more: behind.next ? () => setPages({ path, wanted: wanted + 1 }) : null };
}
