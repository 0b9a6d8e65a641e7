import { useEffect, useRef, useState } from 'react';

export type Found = { lines: number[]; done: boolean; error?: string };
/** The numbers of the lines of the raw log at `url` that hold `text`; grows while the log is read. Null without a text. */
export function useLogSearch(url: string, text: string): Found | null {
  const worker = useRef<Worker | null>(null), [found, setFound] = useState<Found | null>(null);
  useEffect(() => () => { worker.current?.terminate(); worker.current = null; }, [url]);
  useEffect(() => {
    if (!text) { setFound(null); return; }
    const timer = setTimeout(() => {
      worker.current ??= new Worker(new URL('./log_search.worker.ts', import.meta.url), { type: 'module' });
      worker.current.onmessage = (event: MessageEvent<{ found: number[]; done: boolean; error?: string }>) => setFound({ lines: event.data.found, done: event.data.done, error: event.data.error });
      setFound({ lines: [], done: false });
      worker.current.postMessage({ url: new URL(url, location.origin).href, text });
    }, 250);
    return () => clearTimeout(timer);
  }, [url, text]);
  return found;
}
