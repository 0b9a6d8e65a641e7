// The log of a job: a million lines scroll like a hundred, because only what is seen is drawn and only what is seen is fetched.
import { ArrowDownToLine, ArrowUpToLine, ChevronDown, ChevronRight, ChevronUp, FileText, FoldVertical, WrapText } from 'lucide-react';
import { memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { count } from '../base/format';
import { Button, Duration, ErrorNote, Skeleton, State } from '../base/parts';
import { useWords } from '../base/settings';
import { ansi, plain } from './ansi';
import { paths, type Job, type LogLine } from './api';
import { LogRows, type Fold } from './log_rows';
import { LogStore } from './log_store';
import { wrappedRows } from './log_wrap';
import { useLogSearch } from './use_log_search';
import { pipelineWords } from './words';
import './log.css';

const kRow = 20, kTallest = 15_000_000;   // browsers clamp elements that are taller; beyond it the scroll bar is scaled
const kGutter = 64, kAbove = 5;   // rows left above a line that is jumped to

const Text = memo(({ text }: { text: string }) => <>{ansi(text).map((p, i) => p.color === undefined && !p.bold && !p.dim && !p.underline ? p.text
  : <span key={i} className={`${p.color === undefined ? '' : `ansi-${p.color}`}${p.bold ? ' ansi-bold' : ''}${p.dim ? ' ansi-dim' : ''}${p.underline ? ' ansi-underline' : ''}`}>{p.text}</span>)}</>);

function useStore(path: string) {
  const [, redraw] = useState(0), [store, setStore] = useState<LogStore | null>(null);
  useEffect(() => {
    let frame = 0;
    const made = new LogStore(path, () => { frame ||= requestAnimationFrame(() => { frame = 0; redraw(n => n + 1); }); });
    setStore(made);
    return () => { made.close(); cancelAnimationFrame(frame); };
  }, [path]);
  return store;
}
function foldsOf(job: Job, total: number, folded: ReadonlySet<string>): Fold[] {
  const steps = job.steps.filter(s => s.log_first_line && s.log_first_line <= total).sort((a, b) => a.log_first_line! - b.log_first_line!);
  return steps.map((s, i) => ({ key: s.key, first: s.log_first_line!, last: i + 1 < steps.length ? steps[i + 1].log_first_line! - 1 : total, folded: folded.has(s.key) })).filter(f => f.last >= f.first);
}
const hashLine = () => { const m = /^#L(\d+)$/.exec(location.hash); return m ? Number(m[1]) : 0; };

export function LogView({ run, job }: { run: number; job: Job }) {
  const w = useWords(pipelineWords).log, path = paths.log(run, job.id), store = useStore(path);
  const scroller = useRef<HTMLDivElement>(null), probe = useRef<HTMLSpanElement>(null);
  const [size, setSize] = useState({ height: 480, columns: 100, char: 7.2 }), [top, setTop] = useState(0);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set()), [wrap, setWrap] = useState(() => innerWidth <= 720);
  const [follow, setFollow] = useState(() => !hashLine()), [marked, setMarked] = useState(hashLine), [text, setText] = useState(''), [match, setMatch] = useState(0);
  const found = useLogSearch(`${path}.txt`, text.trim()), hits = useMemo(() => new Set(found?.lines), [found]);
  const total = store?.total ?? 0, version = store?.version ?? 0;

  const heights = useRef(new WeakMap<LogLine, { columns: number; rows: number }>());
  const rowsOf = useCallback((n: number) => {
    if (!wrap || !store) return 1;
    const line = store.line(n); if (!line) return 1;
    const known = heights.current.get(line);
    if (known?.columns === size.columns) return known.rows;
    const rows = wrappedRows(plain(line.text), size.columns);
    heights.current.set(line, { columns: size.columns, rows });
    return rows;
  }, [wrap, store, size.columns]);
  const folds = useMemo(() => foldsOf(job, total, folded), [job, total, folded]);
  const rows = useMemo(() => new LogRows(total, folds, rowsOf, c => !wrap || !store?.loaded(c)), [total, folds, rowsOf, wrap, store, version]);

  const full = rows.rows * kRow, tall = Math.min(full, kTallest), scale = tall > size.height ? (full - size.height) / (tall - size.height) : 1;
  const virtualTop = top * scale, firstRow = Math.max(0, Math.floor(virtualTop / kRow) - 4), shown = rows.window(firstRow, Math.ceil(size.height / kRow) + 10);
  const placed = useRef(-1);   // where the page itself last scrolled to: a scroll event from there is not the reader's
  const place = useCallback((to: number) => { const box = scroller.current; if (box) { box.scrollTop = to; placed.current = box.scrollTop; } }, []);
  const toRow = useCallback((row: number) => place(row * kRow / scale), [place, scale]);
  const anchor = useRef({ line: 0, row: 0 }), scaled = useRef(scale);   // the line that stays where it is when rows above it come or go

  useLayoutEffect(() => {
    const box = scroller.current; if (!box) return;
    const measure = () => { const char = probe.current ? probe.current.getBoundingClientRect().width / 100 : 7.2; setSize({ height: box.clientHeight, char, columns: Math.max(20, Math.floor((box.clientWidth - kGutter - 16) / char)) }); };
    measure(); const watch = new ResizeObserver(measure); watch.observe(box);
    return () => watch.disconnect();
  }, [store?.started, total > 0]);
  useLayoutEffect(() => {   // keep the end, or the line at the top, where the reader has it
    const box = scroller.current; if (!box || !total) return;
    const oldScale = scaled.current, held = anchor.current; scaled.current = scale;
    if (follow) { box.scrollTop = box.scrollHeight; return; }
    if (!held.line) return;
    const row = rows.rowOf(held.line), moved = (row - held.row) * kRow;   // by how much, never to where: the reader may be scrolling
    anchor.current = { ...held, row };
    if (moved || oldScale !== scale) place((box.scrollTop * oldScale + moved) / scale);
  }, [rows, follow, scale, total, size.height]);
  const goLine = useCallback((n: number) => {
    const f = folds.find(x => x.folded && n >= x.first && n <= x.last);
    if (f) setFolded(old => { const next = new Set(old); next.delete(f.key); return next; });
    setFollow(false); anchor.current = { line: n, row: rows.rowOf(n) };
    toRow(Math.max(0, rows.rowOf(n) - kAbove));
  }, [rows, toRow, folds]);
  const landed = useRef(false);
  useEffect(() => { if (!landed.current && total && marked) { landed.current = true; goLine(marked); } }, [total, marked, goLine]);
  useEffect(() => { const hear = () => { const n = hashLine(); if (n) { setMarked(n); goLine(n); } }; addEventListener('hashchange', hear); return () => removeEventListener('hashchange', hear); }, [goLine]);
  useEffect(() => { if (found?.lines.length && match === 0) { setMatch(1); goLine(found.lines[0]); } }, [found, match, goLine]);

  const first = shown[0], last = shown[shown.length - 1];
  const firstLine = first ? (first.kind === 'line' ? first.line : first.fold.first) : 1, lastLine = last ? (last.kind === 'line' ? last.line : last.fold.first) : 1;
  useEffect(() => { const timer = setTimeout(() => store?.want(Math.max(1, firstLine - 60), Math.min(total, lastLine + 60)), store?.line(firstLine) && store.line(lastLine) ? 150 : 40); return () => clearTimeout(timer); }, [store, firstLine, lastLine, total]);

  const onScroll = () => {
    const box = scroller.current!; setTop(box.scrollTop);
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    if (follow !== atEnd && (atEnd || box.scrollTop < box.scrollHeight - box.clientHeight - kRow)) setFollow(atEnd);
    if (Math.abs(box.scrollTop - placed.current) < 2) return;
    const row = rows.window(Math.floor(box.scrollTop * scale / kRow), 1)[0];
    if (row) { const line = row.kind === 'line' ? row.line : row.fold.first; anchor.current = { line, row: rows.rowOf(line) }; }
  };
  const step = (by: number) => { if (found?.lines.length) { const next = (match - 1 + by + found.lines.length) % found.lines.length; setMatch(next + 1); goLine(found.lines[next]); } };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = scroller.current!, act: Record<string, () => void> = { j: () => { box.scrollTop += kRow * 3 / scale; }, k: () => { box.scrollTop -= kRow * 3 / scale; }, n: () => step(1), N: () => step(-1), G: () => setFollow(true) };
    if (act[event.key]) { event.preventDefault(); act[event.key](); }
  };
  const toggle = (key: string) => setFolded(old => { const next = new Set(old); if (!next.delete(key)) next.add(key); return next; });
  const mark = (event: React.MouseEvent, n: number) => { event.preventDefault(); history.replaceState(history.state, '', `${location.pathname}${location.search}#L${n}`); setMarked(n); };

  if (store?.error && !total) return <ErrorNote error={store.error as never} />;
  if (!store?.started) return <Skeleton what={w.title} rows={6} />;
  if (!total) return <p className="soft">{job.steps.length || job.state === 'running' ? w.empty : w.none}</p>;
  let y = firstRow * kRow - virtualTop + top, drawn = -1;
  return <div className="log" onKeyDown={onKeyDown}>
    <div className="log-bar">
      <input type="search" className="log-search" placeholder={w.search} aria-label={w.search} value={text} onChange={e => { setText(e.target.value); setMatch(0); }}
        onKeyDown={e => { e.stopPropagation(); if (e.key === 'Enter') step(e.shiftKey ? -1 : 1); if (e.key === 'Escape') setText(''); }} />
      {text.trim() && <><span className="small" role="status">{found?.error ?? (found?.lines.length ? w.matches(match, count(found.lines.length)) + (found.done ? '' : '…') : found?.done ? w.noMatch : w.searching)}</span>
        <Button look="quiet" className="icon-only" aria-label={w.previous} onClick={() => step(-1)}><ChevronUp size={16} aria-hidden /></Button><Button look="quiet" className="icon-only" aria-label={w.next} onClick={() => step(1)}><ChevronDown size={16} aria-hidden /></Button></>}
      <span className="log-count small">{store.broken ? <span role="status">{w.lost}</span> : <>{!store.complete && <State of="running" word={w.live} />} {w.lines(count(total))}</>}</span>
      {folds.length > 0 && <Button look="quiet" className="icon-only" aria-label={w.foldAll} title={w.foldAll} aria-pressed={folded.size > 0} onClick={() => setFolded(folded.size ? new Set() : new Set(folds.map(f => f.key)))}><FoldVertical size={16} aria-hidden /></Button>}
      <Button look="quiet" className="icon-only" aria-label={w.wrap} title={w.wrap} aria-pressed={wrap} onClick={() => setWrap(!wrap)}><WrapText size={16} aria-hidden /></Button>
      <Button look="quiet" className="icon-only" aria-label={w.top} title={w.top} onClick={() => { setFollow(false); anchor.current = { line: 1, row: rows.rowOf(1) }; toRow(0); }}><ArrowUpToLine size={16} aria-hidden /></Button>
      <Button look="quiet" className="icon-only" aria-label={w.follow} title={w.follow} aria-pressed={follow} onClick={() => setFollow(true)}><ArrowDownToLine size={16} aria-hidden /></Button>
      <a className="button button-quiet icon-only" href={`${path}.txt`} target="_blank" rel="noreferrer" aria-label={w.raw} title={w.raw}><FileText size={16} aria-hidden /></a>
    </div>
    <div className="log-scroll" ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label={w.of(job.name || job.key)} data-total={total}>
      <span ref={probe} className="log-probe" aria-hidden>{'0'.repeat(100)}</span>
      <div className="log-space" style={{ height: tall }}>
        {shown.map(row => {
          const at = y; y += kRow;
          if (row.kind === 'head') {
            const s = job.steps.find(x => x.key === row.fold.key)!;
            return <button key={`h${s.key}`} type="button" className="log-head" style={{ top: at, height: kRow }} aria-expanded={!row.fold.folded} aria-label={row.fold.folded ? w.unfold(s.name || s.key) : w.fold(s.name || s.key)} onClick={() => toggle(s.key)}>
              {row.fold.folded ? <ChevronRight size={14} aria-hidden /> : <ChevronDown size={14} aria-hidden />}<State of={s.state} bare /><span className="clip">{s.name || s.key}</span><span className="log-faint">{s.started_at && s.finished_at && <Duration seconds={(Date.parse(s.finished_at) - Date.parse(s.started_at)) / 1000} />} {w.lines(count(row.fold.last - row.fold.first + 1))}</span></button>;
          }
          if (row.line === drawn) return null;
          drawn = row.line;
          const line = store.line(row.line), n = rowsOf(row.line);
          return <div key={row.line} className={`log-row${wrap ? ' log-wrapped' : ''}${row.line === marked ? ' log-marked' : ''}${hits.has(row.line) ? ' log-hit' : ''}${found?.lines[match - 1] === row.line ? ' log-here' : ''}`} style={{ top: at - row.part * kRow, height: n * kRow }}>
            <a href={`#L${row.line}`} className="log-number" aria-label={w.line(row.line)} onClick={e => mark(e, row.line)} tabIndex={-1}>{row.line}</a>
            <code style={wrap ? { width: size.columns * size.char + 1 } : undefined}>{line ? <Text text={line.text} /> : <span className="log-faint">…</span>}</code></div>;
        })}
      </div>
    </div>
  </div>;
}
