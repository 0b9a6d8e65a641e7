import { useMemo, type ReactNode } from 'react';
import { at } from './api';
import { markdown, type Inline } from './markdown';

export function Readme({ text, repo, refName, dir }: { text: string; repo: string; refName: string; dir: string }) {
  const blocks = useMemo(() => markdown(text), [text]);
  const resolve = (to: string) => /^(https?:|mailto:|#)/i.test(to) ? to : at.file(repo, refName, new URL(to, `http://x/${dir ? `${dir}/` : ''}`).pathname.slice(1));
  const draw = (parts: Inline[]): ReactNode => parts.map((p, i) => p.kind === 'text' ? p.text : p.kind === 'code' ? <code key={i}>{p.text}</code> : p.kind === 'strong' ? <strong key={i}>{p.text}</strong> : p.kind === 'em' ? <em key={i}>{p.text}</em> : p.kind !== 'link' ? null : <a key={i} href={resolve(p.to)} rel="noreferrer nofollow">{p.text}</a>);
  return <div className="readme">{blocks.map((b, i) => {
    switch (b.kind) {
      case 'heading': { const H = `h${Math.min(6, b.level + 1)}` as 'h3'; return <H key={i} className={`readme-${b.level}`}>{draw(b.inline)}</H>; }
      case 'paragraph': return <p key={i}>{draw(b.inline)}</p>;
      case 'quote': return <blockquote key={i}>{draw(b.inline)}</blockquote>;
      case 'code': return <pre key={i} tabIndex={0}><code>{b.text}</code></pre>;
      case 'rule': return <hr key={i} />;
      case 'list': { const L = b.ordered ? 'ol' : 'ul'; return <L key={i}>{b.items.map((x, j) => <li key={j}>{draw(x)}</li>)}</L>; }
      case 'table': return <div key={i} className="scroll-x" tabIndex={0} role="group"><table><thead><tr>{b.head.map((h, j) => <th key={j}>{draw(h)}</th>)}</tr></thead><tbody>{b.rows.map((r, j) => <tr key={j}>{r.map((c, k) => <td key={k}>{draw(c)}</td>)}</tr>)}</tbody></table></div>;
    }
  })}</div>;
}
