// Whether somebody can see this page. A browser allows six connections to one server over HTTP/1.1, and an event stream holds one for
// as long as it is open: a page in a hidden tab, or kept for the back button, gives its own up and catches up when it is seen again.
type Hear = (here: boolean) => void;
const heard = new Set<Hear>(), kGraceMs = 10_000;
let here = true, timer = 0;

function set(value: boolean) { clearTimeout(timer); timer = 0; if (here !== value) { here = value; heard.forEach(hear => hear(value)); } }
if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => { if (!document.hidden) set(true); else timer ||= window.setTimeout(() => set(false), kGraceMs); });
  addEventListener('pagehide', () => set(false));
  addEventListener('pageshow', () => set(true));
}
export const isHere = () => here;
export function onPresence(hear: Hear): () => void { heard.add(hear); return () => { heard.delete(hear); }; }
