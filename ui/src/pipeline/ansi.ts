// SGR colours of a log line (ECMA-48 section 8.3.117): text in, coloured pieces out; every other control sequence is dropped. Pure.
export type Piece = { text: string; color?: number; bold?: boolean; dim?: boolean; underline?: boolean };

const kSequence = /\u001b\[([0-9;:]*)([A-Za-z])|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-Z\\-_]|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/g;

function nearest(r: number, g: number, b: number): number {
  const bright = Math.max(r, g, b) > 170 ? 8 : 0, cut = Math.max(r, g, b) / 2;
  return bright + (r > cut ? 1 : 0) + (g > cut ? 2 : 0) + (b > cut ? 4 : 0);
}
function from256(n: number): number | undefined {
  if (n < 16) return n;
  if (n >= 232) return n > 243 ? 7 : 8;
  const c = n - 16, level = (v: number) => v ? v * 40 + 55 : 0;
  return nearest(level(Math.floor(c / 36)), level(Math.floor(c / 6) % 6), level(c % 6));
}

export function ansi(line: string): Piece[] {
  const text = line.includes('\r') ? line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1).replace(/\r+$/, '') : line;   // a progress bar: its last state
  if (!/[\u0000-\u001f\u007f]/.test(text)) return text ? [{ text }] : [];
  const pieces: Piece[] = []; let style: Omit<Piece, 'text'> = {}, from = 0;
  const put = (part: string) => { if (part) pieces.push({ text: part, ...style }); };
  for (const m of text.matchAll(kSequence)) {
    put(text.slice(from, m.index)); from = m.index + m[0].length;
    if (m[2] !== 'm') continue;
    const codes = m[1] === '' ? [0] : m[1].split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) {
      const c = codes[i];
      if (c === 0) style = {};
      else if (c === 1) style = { ...style, bold: true };
      else if (c === 2) style = { ...style, dim: true };
      else if (c === 4) style = { ...style, underline: true };
      else if (c === 22) style = { ...style, bold: undefined, dim: undefined };
      else if (c === 24) style = { ...style, underline: undefined };
      else if (c >= 30 && c <= 37) style = { ...style, color: c - 30 };
      else if (c >= 90 && c <= 97) style = { ...style, color: c - 82 };
      else if (c === 39) style = { ...style, color: undefined };
      else if (c === 38 && codes[i + 1] === 5) { style = { ...style, color: from256(codes[i + 2]) }; i += 2; }
      else if (c === 38 && codes[i + 1] === 2) { style = { ...style, color: nearest(codes[i + 2], codes[i + 3], codes[i + 4]) }; i += 4; }
      else if (c === 48) i += codes[i + 1] === 5 ? 2 : 4;   // backgrounds are not drawn: they fight the theme
    }
  }
  put(text.slice(from));
  return pieces;
}
export const plain = (line: string) => ansi(line).map(p => p.text).join('');
/** How many columns a text takes in a monospaced font: East Asian wide characters take two. */
export function columns(text: string): number {
  let n = 0;
  for (const c of text) { const p = c.codePointAt(0)!; n += p >= 0x1100 && (p <= 0x115f || (p >= 0x2e80 && p <= 0xa4cf) || (p >= 0xac00 && p <= 0xd7a3) || (p >= 0xf900 && p <= 0xfaff) || (p >= 0xfe30 && p <= 0xfe6f) || (p >= 0xff00 && p <= 0xff60) || (p >= 0x1f300 && p <= 0x1faff)) ? 2 : p === 9 ? 8 - n % 8 : 1; }
  return n;
}
