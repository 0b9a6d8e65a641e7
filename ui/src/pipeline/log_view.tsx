// The log of a job: a million lines scroll like a hundred, because only what is seen is drawn and only what is seen is fetched.
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { ErrorNote, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { plain } from './ansi';
import { paths, type Job, type LogLine } from './api';
import { LogBar, useLogTools } from './log_bar';
import { LineRow, StepHead } from './log_lines';
import { LogRows, type Fold, type Row } from './log_rows';
import { LogStore } from './log_store';
import { wrappedRows } from './log_wrap';
import { kRow, useLogScroll, useLogSize } from './use_log_scroll';
import { useLogSearch } from './use_log_search';
import { pipelineWords } from './words';
import './log.css';

const kAround = 60;   // lines fetched beyond what is seen

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
/** How many rows each loaded line takes when it is wrapped after `columns`; remembered as long as the line is. */
function useHeights(store: LogStore | null, columns: number) {
  const known = useRef(new WeakMap<LogLine, { columns: number; rows: number }>());
  return useCallback((n: number) => {
    const line = store?.line(n); if (!line) return 1;
    const old = known.current.get(line); if (old?.columns === columns) return old.rows;
    const rows = wrappedRows(plain(line.text), columns);
    known.current.set(line, { columns, rows });
    return rows;
  }, [store, columns]);
}
const hashLine = () => Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0);
const lineOf = (row: Row | undefined) => !row ? 1 : row.kind === 'line' ? row.line : row.fold.first;

export function LogView({ run, job }: { run: number; job: Job }) {
  const w = useWords(pipelineWords).log, path = paths.log(run, job.id), store = useStore(path), total = store?.total ?? 0, version = store?.version ?? 0;
  const scroller = useRef<HTMLDivElement>(null), probe = useRef<HTMLSpanElement>(null), size = useLogSize(scroller, probe, total > 0);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set()), [wrap, setWrap] = useState(() => innerWidth <= 720), [marked, setMarked] = useState(hashLine), [text, setText] = useState(''), [match, setMatch] = useState(0);
  const heights = useHeights(store, size.columns), folds = useMemo(() => foldsOf(job, total, folded), [job, total, folded]);
  const rows = useMemo(() => new LogRows(total, folds, heights, chunk => !wrap || !store?.loaded(chunk)), [total, folds, heights, wrap, store, version]);
  const scroll = useLogScroll(scroller, rows, size.height, !marked), found = useLogSearch(`${path}.txt`, text.trim()), hits = useMemo(() => new Set(found?.lines), [found]);

  const { showLine } = scroll;
  const goLine = useCallback((n: number) => {
    const fold = folds.find(f => f.folded && n >= f.first && n <= f.last);
    if (fold) setFolded(old => new Set([...old].filter(key => key !== fold.key)));
    showLine(n);
  }, [folds, showLine]);
  const landed = useRef(false);
  useEffect(() => { if (!landed.current && total && marked) { landed.current = true; goLine(marked); } }, [total, marked, goLine]);
  useEffect(() => { const hear = () => { const n = hashLine(); if (n) { setMarked(n); goLine(n); } }; addEventListener('hashchange', hear); return () => removeEventListener('hashchange', hear); }, [goLine]);
  useEffect(() => { if (found?.lines.length && match === 0) { setMatch(1); goLine(found.lines[0]); } }, [found, match, goLine]);
  const first = lineOf(scroll.shown[0]), last = lineOf(scroll.shown[scroll.shown.length - 1]);
  useEffect(() => {
    const timer = setTimeout(() => store?.want(Math.max(1, first - kAround), Math.min(total, last + kAround)), store?.line(first) && store.line(last) ? 150 : 40);
    return () => clearTimeout(timer);
  }, [store, first, last, total]);

  const step = (by: number) => { if (found?.lines.length) { const next = (match - 1 + by + found.lines.length) % found.lines.length; setMatch(next + 1); goLine(found.lines[next]); } };
  const toggle = (key: string) => setFolded(old => old.has(key) ? new Set([...old].filter(k => k !== key)) : new Set([...old, key]));
  const mark = (event: MouseEvent, n: number) => { event.preventDefault(); history.replaceState(history.state, '', `${location.pathname}${location.search}#L${n}`); setMarked(n); };
  const keys: Record<string, () => void> = { j: () => scroll.scrollRows(3), k: () => scroll.scrollRows(-3), n: () => step(1), N: () => step(-1), G: () => scroll.setFollow(true) };
  const onKeyDown = (event: KeyboardEvent) => { if (!event.ctrlKey && !event.metaKey && !event.altKey && keys[event.key]) { event.preventDefault(); keys[event.key](); } };
  const tools = useLogTools({ fold: folds.length ? () => setFolded(folded.size ? new Set() : new Set(folds.map(f => f.key))) : null, folded: folded.size > 0, wrap, toggleWrap: () => setWrap(!wrap), toTop: () => showLine(1), follow: scroll.follow, toEnd: () => scroll.setFollow(true) });

  if (store?.error && !total) return <ErrorNote error={store.error} />;
  if (!store?.started) return <Skeleton what={w.title} rows={6} />;
  if (!total) return <p className="soft">{job.finished_at ? w.silent : job.steps.length || job.state === 'running' ? w.empty : w.none}</p>;
  const width = wrap ? size.columns * size.char + 1 : undefined;
  return <div className="log" onKeyDown={onKeyDown}>
    <LogBar raw={`${path}.txt`} total={total} live={!store.complete} broken={store.broken} text={text} setText={t => { setText(t); setMatch(0); }} found={found} match={match} step={step} tools={tools} />
    <div className="log-scroll" ref={scroller} onScroll={scroll.onScroll} tabIndex={0} role="region" aria-label={w.of(job.name || job.key)} data-total={total}>
      <span ref={probe} className="log-probe" aria-hidden>{'0'.repeat(100)}</span>
      <div className="log-space" style={{ height: scroll.tall }}>{scroll.shown.map((row, i) => {
        const top = scroll.offset + i * kRow;
        if (row.kind === 'head') return <StepHead key={`head ${row.fold.key}`} step={job.steps.find(s => s.key === row.fold.key)!} fold={row.fold} top={top} toggle={toggle} />;
        if (i > 0 && row.part > 0) return null;   // drawn with the line's first row
        return <LineRow key={row.line} n={row.line} line={store.line(row.line)} top={top - row.part * kRow} rows={wrap ? heights(row.line) : 1} width={width} look={{ marked: row.line === marked, hit: hits.has(row.line), here: found?.lines[match - 1] === row.line }} mark={mark} />;
      })}</div>
    </div>
  </div>;
}
