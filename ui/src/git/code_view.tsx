// A file as lines with links. Long files are virtualised on the page's own scroll.
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { useWords } from '../base/settings';
import type { Coloured } from './highlight';
import { gitWords } from './words';

const kLine = 20;
const hashLine = () => Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0);

export function CodeLine({ parts, text }: { parts?: [string, string][]; text: string }) {
  return <code>{parts ? parts.map(([c, t], i) => c ? <span key={i} className={c}>{t}</span> : t) : text}{'\n'}</code>;
}

/** `mark` stands beside a line's number, `note` under the line. */
export function CodeView({ lines, coloured, label, margin, mark, note }: { lines: string[]; coloured: Coloured | null; label: string; margin?: (index: number) => ReactNode; mark?: (index: number) => ReactNode; note?: (index: number) => ReactNode }) {
  const w = useWords(gitWords).file, box = useRef<HTMLDivElement>(null), [offset, setOffset] = useState(0), [marked, setMarked] = useState(hashLine);
  useLayoutEffect(() => { if (box.current) setOffset(box.current.getBoundingClientRect().top + scrollY); }, []);
  const rows = useWindowVirtualizer({ count: lines.length, estimateSize: () => kLine, overscan: 30, scrollMargin: offset });
  const landed = useRef(false);
  useEffect(() => { if (!landed.current && marked && offset) { landed.current = true; rows.scrollToIndex(marked - 1, { align: 'center' }); } }, [marked, offset, rows]);
  useEffect(() => { const hear = () => setMarked(hashLine()); addEventListener('hashchange', hear); return () => removeEventListener('hashchange', hear); }, []);
  const longest = Math.min(1000, lines.reduce((n, l) => Math.max(n, l.length), 0));
  return <div className={`code-view${margin ? ' code-blamed' : ''}${mark ? ' code-marks' : ''}`} ref={box} role="region" aria-label={label} tabIndex={0}>
    <div style={{ height: rows.getTotalSize(), position: 'relative', minWidth: `calc(${longest}ch + ${margin ? 300 : 70}px)` }}>
      {rows.getVirtualItems().map(v => <div key={v.index} data-index={v.index} ref={note && rows.measureElement} className="code-row" style={{ transform: `translateY(${v.start - offset}px)` }}><div className={`code-line${marked === v.index + 1 ? ' code-marked' : ''}`}>
        {mark?.(v.index)}{margin && <span className="code-margin">{margin(v.index)}</span>}
        <a href={`#L${v.index + 1}`} className="code-number" aria-label={w.line(v.index + 1)} tabIndex={-1}>{v.index + 1}</a><CodeLine parts={coloured?.[v.index]} text={lines[v.index]} /></div>{note?.(v.index)}</div>)}
    </div></div>;
}
