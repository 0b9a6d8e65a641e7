// A diff, in one column or two; on a phone always in one.
import { ChevronDown, ChevronRight } from 'lucide-react';
import { Fragment, memo, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { count } from '../base/format';
import { Choice, State } from '../base/parts';
import { useWords } from '../base/settings';
import type { Diff, DiffFile, DiffLine, Hunk } from './api';
import { changed, chosenLine, pairs } from './diff_rows';
import { gitWords } from './words';
import './git.css';

type View = 'unified' | 'split';
/** What others say of a diff: under a line of the new file (null: nothing), and in the head of a file. */
export type DiffNotes = { under: (path: string, line: number) => ReactNode; head: (file: DiffFile) => ReactNode };
const kFoldOver = 1200;   // lines; a larger file starts folded

function mark(text: string, from: number, to: number): ReactNode { return <>{text.slice(0, from)}<mark>{text.slice(from, to)}</mark>{text.slice(to)}</>; }
function Side({ line, other, old }: { line?: DiffLine; other?: DiffLine; old: boolean }) {
  const n = old ? line?.old : line?.new, kind = !line ? 'void' : line.kind === ' ' ? 'same' : line.kind === '+' ? 'add' : 'del';
  const part = line && other && line.kind !== ' ' && other.kind !== ' ' ? changed(old ? line.text : other.text, old ? other.text : line.text) : null;
  return <><td className={`diff-number diff-${kind}`}>{n ?? ''}</td><td className={`diff-text diff-${kind}`}><span className="diff-sign">{line ? line.kind : ' '}</span>{line ? part ? mark(line.text, part[0], old ? part[1] : part[2]) : line.text : ''}</td></>;
}
function Note({ notes, path, line, wide }: { notes?: DiffNotes; path: string; line?: DiffLine; wide: number }) {
  const body = notes && line && line.kind !== '-' && line.new ? notes.under(path, line.new) : null;
  return body && <tr className="diff-note"><td colSpan={wide}>{body}</td></tr>;
}
function Rows({ hunk, view, path, notes, wide, chosen }: { hunk: Hunk; view: View; path: string; notes?: DiffNotes; wide: number; chosen: number }) {
  const own = (line?: DiffLine) => line?.new && line.new === chosen ? 'diff-chosen' : undefined;
  if (view === 'split') return <>{pairs(hunk.lines).map((p, i) => <Fragment key={i}><tr className={own(p.right)}><Side line={p.left} other={p.right} old /><Side line={p.right} other={p.left} old={false} /></tr><Note notes={notes} path={path} line={p.right} wide={wide} /></Fragment>)}</>;
  const match = new Map<DiffLine, DiffLine>();
  for (const p of pairs(hunk.lines)) if (p.left && p.right && p.left !== p.right) { match.set(p.left, p.right); match.set(p.right, p.left); }
  return <>{hunk.lines.map((l, i) => {
    const kind = l.kind === ' ' ? 'same' : l.kind === '+' ? 'add' : 'del', other = match.get(l), old = l.kind === '-', part = other ? changed(old ? l.text : other.text, old ? other.text : l.text) : null;
    return <Fragment key={i}><tr className={own(l)}><td className={`diff-number diff-${kind}`}>{l.old ?? ''}</td><td className={`diff-number diff-${kind}`}>{l.new ?? ''}</td><td className={`diff-text diff-${kind}`}><span className="diff-sign">{l.kind}</span>{part ? mark(l.text, part[0], old ? part[1] : part[2]) : l.text}</td></tr><Note notes={notes} path={path} line={l} wide={wide} /></Fragment>;
  })}</>;
}
const FileDiff = memo(({ file, view, notes, chosen }: { file: DiffFile; view: View; notes?: DiffNotes; chosen: number }) => {
  const w = useWords(gitWords).diff, size = file.hunks.reduce((n, h) => n + h.lines.length, 0), [open, setOpen] = useState(size <= kFoldOver || chosen > 0), wide = view === 'split' ? 4 : 3;
  return <section className="code-frame" aria-label={file.path} id={`file-${file.path}`}>
    <div className="code-head diff-head"><button type="button" className="diff-fold" aria-expanded={open} aria-label={w.fold(file.path)} onClick={() => setOpen(!open)} data-row>{open ? <ChevronDown size={16} aria-hidden /> : <ChevronRight size={16} aria-hidden />}</button>
      <span className="mono strong grow diff-path">{file.old_path && file.old_path !== file.path ? `${file.old_path} → ` : ''}{file.path}</span>
      {notes?.head(file)}{file.status !== 'modified' && <span className="tag">{w.status[file.status]}</span>}<span className="small diff-stat"><span className="add-text">+{file.additions}</span> <span className="bad-text">−{file.deletions}</span></span></div>
    {open && (file.binary ? <p className="soft" style={{ padding: 12 }}>{w.binary}</p> : <div className="scroll-x diff-scroll" tabIndex={0} role="region" aria-label={`${file.path}, ${w.view}`}><table className={`diff diff-${view}`}><caption className="hidden">{file.path}</caption>
      {view === 'split' && <colgroup><col className="diff-n" /><col /><col className="diff-n" /><col /></colgroup>}
      <thead className="hidden"><tr>{view === 'split' ? <><th scope="col">{w.oldLine}</th><th scope="col">{file.old_path ?? file.path}</th><th scope="col">{w.newLine}</th><th scope="col">{file.path}</th></> : <><th scope="col">{w.oldLine}</th><th scope="col">{w.newLine}</th><th scope="col">{file.path}</th></>}</tr></thead>
      {file.hunks.map((h, i) => <tbody key={i}><tr><td colSpan={wide} className="diff-hunk">{h.header}</td></tr><Rows hunk={h} view={view} path={file.path} notes={notes} wide={wide} chosen={chosen} /></tbody>)}</table></div>)}
    {open && file.truncated && <p className="note">{w.truncated}</p>}
  </section>;
});

const kView = 'sampan.diff';
export function DiffView({ diff, notes }: { diff: Diff; notes?: DiffNotes }) {
  const w = useWords(gitWords).diff, [view, setView] = useState<View>(() => localStorage.getItem(kView) === 'split' && innerWidth > 720 ? 'split' : 'unified');
  const add = diff.files.reduce((n, f) => n + f.additions, 0), del = diff.files.reduce((n, f) => n + f.deletions, 0);
  const box = useRef<HTMLDivElement>(null), chosen = useMemo(() => chosenLine(location.hash), [diff]);
  useEffect(() => { if (chosen) (box.current?.querySelector('.diff-chosen') ?? document.getElementById(`file-${chosen.path}`))?.scrollIntoView({ block: 'center' }); }, [chosen]);
  if (!diff.files.length) return <p className="soft">{w.none}</p>;
  return <div className="stack" ref={box}><div className="section-head"><h2>{w.stats(diff.files.length, count(add), count(del))}</h2>
    <div className="diff-choice"><Choice label={w.view} value={view} options={[['unified', w.unified], ['split', w.split]]} onChange={v => { setView(v); localStorage.setItem(kView, v); }} /></div></div>
    {diff.truncated && <p className="note note-wait"><State of="waiting" bare />{w.whole}</p>}
    {diff.files.map(f => <FileDiff key={f.path} file={f} view={view} notes={notes} chosen={chosen?.path === f.path ? chosen.line : 0} />)}</div>;
}
