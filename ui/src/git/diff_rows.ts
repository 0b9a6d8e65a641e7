// Lines of a hunk side by side: a run of deletions stands beside the additions that replace it. Pure.
import type { DiffLine } from './api';

export type Pair = { left?: DiffLine; right?: DiffLine };
export function pairs(lines: DiffLine[]): Pair[] {
  const out: Pair[] = [];
  for (let i = 0; i < lines.length;) {
    if (lines[i].kind === ' ') { out.push({ left: lines[i], right: lines[i] }); i++; continue; }
    const gone: DiffLine[] = [], come: DiffLine[] = [];
    while (i < lines.length && lines[i].kind === '-') gone.push(lines[i++]);
    while (i < lines.length && lines[i].kind === '+') come.push(lines[i++]);
    for (let k = 0; k < Math.max(gone.length, come.length); k++) out.push({ left: gone[k], right: come[k] });
  }
  return out;
}
/** The part that differs between two versions of a line, as [start, end of old, end of new]; null when little is common. */
export function changed(before: string, after: string): [number, number, number] | null {
  let start = 0; const most = Math.min(before.length, after.length);
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return start + end < Math.max(before.trim().length, after.trim().length) * 0.3 ? null : [start, before.length - end, after.length - end];
}

/** The line that an address like "#L12:src%2FA.java" chooses, a part of `at.diffLine`. */
export function chosenLine(hash: string): { path: string; line: number } | null {
  const found = /^#L(\d+):(.+)$/.exec(hash);
  if (!found) return null;
  try { return { line: Number(found[1]), path: decodeURIComponent(found[2]) }; } catch { return null; }
}
