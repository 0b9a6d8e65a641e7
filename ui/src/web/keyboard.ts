// Keys that work on every page. A key typed into a field is text, never a command.
import { useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';

export const goKeys: Record<string, string> = { h: '/', c: '/code', r: '/runs', i: '/images', a: '/applications', e: '/environments', s: '/settings' };
const kSequenceMs = 1200;

const typing = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Moves the focus by one row among the rows of the page. */
export function moveRow(step: 1 | -1) {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter(row => row.offsetParent !== null);
  const here = rows.findIndex(row => row.contains(document.activeElement));
  const next = rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, here + step))];
  const target = next?.matches('a,button') ? next : next?.querySelector<HTMLElement>('a,button');
  target?.focus(); next?.scrollIntoView({ block: 'nearest' });
}

export function useKeyboard(openSearch: () => void, openHelp: () => void) {
  useEffect(() => {
    let goUntil = 0;
    const hear = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
      if (document.querySelector('[role=dialog],[role=menu]')) return;
      if (Date.now() < goUntil && goKeys[event.key]) { goUntil = 0; event.preventDefault(); navigate(goKeys[event.key]); return; }
      goUntil = 0;
      if (event.key === 'g') goUntil = Date.now() + kSequenceMs;
      else if (event.key === '/') { event.preventDefault(); openSearch(); }
      else if (event.key === '?') { event.preventDefault(); openHelp(); }
      else if (event.key === 'j') moveRow(1);
      else if (event.key === 'k') moveRow(-1);
    };
    addEventListener('keydown', hear);
    return () => removeEventListener('keydown', hear);
  }, [openSearch, openHelp]);
}
