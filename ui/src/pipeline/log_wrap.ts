// How many rows a text takes when it is broken after every `width` columns, wide characters never split. Pure.
import { columns } from './ansi';

const kPlain = /^[\x20-\x7e]*$/;
export function wrappedRows(text: string, width: number): number {
  if (width < 2) return 1;
  if (kPlain.test(text)) return Math.max(1, Math.ceil(text.length / width));
  let rows = 1, at = 0;
  for (const c of text) {
    const w = columns(c);
    if (at + w > width) { rows++; at = 0; }
    at += w;
  }
  return rows;
}
