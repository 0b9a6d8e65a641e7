// Where the log is scrolled to, and what keeps still: the end while it is followed, otherwise one line, however many rows come or go above it.
import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { LogRows } from './log_rows';

export const kRow = 20, kGutter = 64;
const kTallest = 15_000_000;   // browsers clamp elements that are taller; beyond it the scroll bar is scaled
const kAbove = 5, kSlack = 4;  // rows left above a line that is jumped to; rows drawn beyond either edge

export type LogSize = { height: number; columns: number; char: number };

/** The size of the box in pixels and columns; `probe` holds 100 characters of its font. */
export function useLogSize(scroller: RefObject<HTMLDivElement | null>, probe: RefObject<HTMLElement | null>, shown: boolean): LogSize {
  const [size, setSize] = useState<LogSize>({ height: 480, columns: 100, char: 7.2 });
  useLayoutEffect(() => {
    const box = scroller.current; if (!box) return;
    const measure = () => {
      const char = probe.current ? probe.current.getBoundingClientRect().width / 100 : 7.2;
      setSize({ height: box.clientHeight, char, columns: Math.max(20, Math.floor((box.clientWidth - kGutter - 16) / char)) });
    };
    measure();
    const watch = new ResizeObserver(measure); watch.observe(box);
    return () => watch.disconnect();
  }, [scroller, probe, shown]);
  return size;
}

export function useLogScroll(scroller: RefObject<HTMLDivElement | null>, rows: LogRows, height: number, followAtFirst: boolean) {
  const [top, setTop] = useState(0), [follow, setFollow] = useState(followAtFirst);
  const full = rows.rows * kRow, tall = Math.min(full, kTallest), scale = tall > height ? (full - height) / (tall - height) : 1;
  const anchor = useRef({ line: 0, row: 0 }), scaled = useRef(scale);   // the line that stays where it is
  const placed = useRef(-1);   // where the page itself last scrolled to: a scroll event from there is not the reader's
  const place = useCallback((to: number) => { const box = scroller.current; if (box) { box.scrollTop = to; placed.current = box.scrollTop; } }, [scroller]);

  useLayoutEffect(() => {
    const box = scroller.current; if (!box || !rows.total) return;
    const oldScale = scaled.current, held = anchor.current; scaled.current = scale;
    if (follow) { box.scrollTop = box.scrollHeight; return; }
    if (!held.line) return;
    const row = rows.rowOf(held.line), moved = (row - held.row) * kRow;   // by how much, never to where: the reader may be scrolling
    anchor.current = { ...held, row };
    if (moved || oldScale !== scale) place((box.scrollTop * oldScale + moved) / scale);
  }, [scroller, rows, follow, scale, height, place]);

  /** Shows a line with some rows above it; the first line as the very beginning. */
  const showLine = useCallback((line: number) => {
    setFollow(false);
    anchor.current = { line, row: rows.rowOf(line) };
    place(line <= 1 ? 0 : Math.max(0, rows.rowOf(line) - kAbove) * kRow / scale);
  }, [rows, scale, place]);
  const scrollRows = (by: number) => { if (scroller.current) scroller.current.scrollTop += by * kRow / scale; };
  const onScroll = () => {
    const box = scroller.current!; setTop(box.scrollTop);
    const left = box.scrollHeight - box.clientHeight - box.scrollTop;
    if (left <= 4) setFollow(true); else if (left > kRow) setFollow(false);
    if (Math.abs(box.scrollTop - placed.current) < 2) return;
    const row = rows.window(Math.floor(box.scrollTop * scale / kRow), 1)[0];
    if (row) { const line = row.kind === 'line' ? row.line : row.fold.first; anchor.current = { line, row: rows.rowOf(line) }; }
  };
  const virtualTop = top * scale, first = Math.max(0, Math.floor(virtualTop / kRow) - kSlack);
  return { tall, follow, setFollow, showLine, scrollRows, onScroll, shown: rows.window(first, Math.ceil(height / kRow) + 2 * kSlack + 2), offset: first * kRow - virtualTop + top };
}
