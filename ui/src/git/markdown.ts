// A readme as plain structure: headings, lists, code, paragraphs, links and emphasis. No HTML is ever taken from the text. Pure.
export type Inline = { kind: 'text' | 'code' | 'strong' | 'em'; text: string } | { kind: 'link'; text: string; to: string };
export type Block = { kind: 'heading'; level: number; inline: Inline[] } | { kind: 'paragraph'; inline: Inline[] } | { kind: 'list'; ordered: boolean; items: Inline[][] } | { kind: 'code'; text: string } | { kind: 'quote'; inline: Inline[] } | { kind: 'rule' } | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const kInline = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)|(https?:\/\/[^\s<>)]+)/g;
const safe = (to: string) => /^(https?:|mailto:|#|[^:]*$)/i.test(to);

export function inline(text: string): Inline[] {
  const out: Inline[] = []; let from = 0;
  for (const m of text.matchAll(kInline)) {
    if (m.index > from) out.push({ kind: 'text', text: text.slice(from, m.index) });
    from = m.index + m[0].length;
    if (m[1] !== undefined) out.push({ kind: 'code', text: m[1] });
    else if (m[2] ?? m[3]) out.push({ kind: 'strong', text: m[2] ?? m[3] });
    else if (m[4]) out.push({ kind: 'em', text: m[4] });
    else if (m[6] !== undefined) out.push(safe(m[6]) ? { kind: 'link', text: m[5] || m[6], to: m[6] } : { kind: 'text', text: m[5] });
    else out.push({ kind: 'link', text: m[7], to: m[7] });
  }
  if (from < text.length) out.push({ kind: 'text', text: text.slice(from) });
  return out;
}
const cells = (line: string) => line.trim().replace(/^\||\|$/g, '').split('|').map(c => inline(c.trim()));

export function markdown(text: string): Block[] {
  const lines = text.replace(/\r\n?/g, '\n').split('\n'), out: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i], fence = /^\s*(```|~~~)/.exec(line);
    if (fence) { const body: string[] = []; while (++i < lines.length && !lines[i].trim().startsWith(fence[1])) body.push(lines[i]); out.push({ kind: 'code', text: body.join('\n') }); continue; }
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (heading) { out.push({ kind: 'heading', level: heading[1].length, inline: inline(heading[2]) }); continue; }
    if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) { out.push({ kind: 'rule' }); continue; }
    const item = /^\s*([-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (item) {
      const items: string[] = [item[2]];
      while (i + 1 < lines.length && lines[i + 1].trim()) { const next = /^\s*([-*+]|\d+[.)])\s+(.*)$/.exec(lines[i + 1]); if (next) items.push(next[2]); else if (/^\s+/.test(lines[i + 1])) items[items.length - 1] += ` ${lines[i + 1].trim()}`; else break; i++; }
      out.push({ kind: 'list', ordered: /\d/.test(item[1]), items: items.map(inline) }); continue;
    }
    if (line.includes('|') && /^\s*\|?\s*:?-{2,}.*$/.test(lines[i + 1] ?? '') && (lines[i + 1] ?? '').includes('-')) {
      const head = cells(line), rows: Inline[][][] = []; i++;
      while (i + 1 < lines.length && lines[i + 1].includes('|')) rows.push(cells(lines[++i]));
      out.push({ kind: 'table', head, rows }); continue;
    }
    if (/^\s*>/.test(line)) { const body = [line]; while (/^\s*>/.test(lines[i + 1] ?? '')) body.push(lines[++i]); out.push({ kind: 'quote', inline: inline(body.map(b => b.replace(/^\s*>\s?/, '')).join(' ')) }); continue; }
    if (!line.trim()) continue;
    const body = [line];
    while (i + 1 < lines.length && lines[i + 1].trim() && !/^(#{1,6}\s|\s*(```|~~~)|\s*([-*+]|\d+[.)])\s|\s*>)/.test(lines[i + 1])) body.push(lines[++i]);
    out.push({ kind: 'paragraph', inline: inline(body.join(' ').replace(/<!--.*?-->/g, '').replace(/<\/?[a-z][^>]*>/gi, '')) });
  }
  return out;
}
