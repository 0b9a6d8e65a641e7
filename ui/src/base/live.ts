// One event stream for the whole page. Parts of the page subscribe to topics; when the set of topics grows a new stream is opened
// beside the old one and takes over once it has said hello, so that no event falls between the two.
import { useEffect, useSyncExternalStore } from 'react';
import { get } from './http';
import { isHere, onPresence } from './presence';

type Hear = (topic: string) => void;
const heard = new Map<string, Set<Hear>>();
let source: EventSource | null = null, sourceTopics = '', timer = 0, retryAfter = 1000, down = false, enabled = false, away = false;
const watchers = new Set<() => void>();

function setDown(value: boolean) { if (down !== value) { down = value; watchers.forEach(tell => tell()); } }
const wanted = () => [...heard.keys()].sort().join(',');

function open() {
  clearTimeout(timer); timer = 0;
  const topics = wanted();
  if (!enabled || !isHere() || (topics === sourceTopics && source && source.readyState !== EventSource.CLOSED)) return;
  if (!topics) return;
  const next = new EventSource(`/api/v1/stream?topics=${encodeURIComponent(topics)}`);
  const before = source;
  source = next; sourceTopics = topics;
  next.addEventListener('hello', () => {
    if (before && before !== next) before.close();
    const missed = down || away; away = false; retryAfter = 1000; setDown(false);
    if (missed) heard.forEach((set, topic) => set.forEach(hear => hear(topic)));
  });
  next.addEventListener('changed', event => {
    const { topic } = JSON.parse((event as MessageEvent<string>).data) as { topic: string };
    heard.get(topic)?.forEach(hear => hear(topic));
  });
  next.onerror = () => {
    if (next !== source) { next.close(); return; }
    setDown(true);
    if (next.readyState === EventSource.CLOSED) {   // the browser gave up: an error status, not a lost line; perhaps the session has ended
      get('/api/v1/me').catch(() => undefined);
      sourceTopics = ''; timer = window.setTimeout(open, retryAfter); retryAfter = Math.min(retryAfter * 2, 15000);
    }
  };
}
function reopenSoon() { if (!timer) timer = window.setTimeout(open, 30); }

function closeStream() { source?.close(); source = null; sourceTopics = ''; clearTimeout(timer); timer = 0; }
onPresence(here => { if (here) reopenSoon(); else { away = source !== null; closeStream(); } });

/** Starts or ends all live news (at sign-in and sign-out). */
export function setLive(on: boolean) {
  enabled = on;
  if (on) reopenSoon(); else { closeStream(); setDown(false); }
}

export function listen(topic: string, hear: Hear): () => void {
  let set = heard.get(topic);
  if (!set) { set = new Set(); heard.set(topic, set); reopenSoon(); }
  set.add(hear);
  return () => { set.delete(hear); if (!set.size && heard.get(topic) === set) heard.delete(topic); };   // a topic too many costs nothing: the stream stays
}

export function useTopics(topics: readonly string[], hear: () => void) {
  const key = topics.join(',');
  useEffect(() => {
    const stops = key ? key.split(',').map(topic => listen(topic, hear)) : [];
    return () => stops.forEach(stop => stop());
  }, [key, hear]);
}

/** True while the stream is broken; the shell then says so. */
export const useConnectionLost = () => useSyncExternalStore(tell => { watchers.add(tell); return () => watchers.delete(tell); }, () => down, () => false);
