// The small parts every page is made of. State is an icon and a word, never colour alone.
import { Check, CircleAlert, CircleCheck, CircleDashed, CircleDot, Clock3, Copy as CopyIcon, LoaderCircle, Terminal } from 'lucide-react';
import { useEffect, useId, useRef, useState, useSyncExternalStore, type ButtonHTMLAttributes, type ReactNode } from 'react';
import { Link } from 'wouter';
import { ago, duration, exact } from './format';
import type { ApiError } from './http';
import { useLocale, useWords } from './settings';
import { kindOf, type Kind } from './states';
import { baseWords } from './words';

const icons: Record<Kind, typeof Check> = { good: CircleCheck, wait: Clock3, bad: CircleAlert, run: CircleDot, idle: CircleDashed };

/** A state: icon and word in the state's colour. `live` makes screen readers hear its changes. */
export function State({ of, kind, word, bare, live }: { of: string; kind?: Kind; word?: string; bare?: boolean; live?: boolean }) {
  const w = useWords(baseWords), k = kind ?? kindOf(of), Icon = icons[k], text = word ?? (w.state as Record<string, string>)[of] ?? of;
  return <span className={`state state-${k}${bare ? ' state-bare' : ''}`} aria-live={live ? 'polite' : undefined}>
    <Icon size={14} aria-hidden className={k === 'run' ? 'pulse' : undefined} />{bare ? <span className="hidden">{text}</span> : text}
  </span>;
}

export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { look?: 'plain' | 'primary' | 'danger' | 'quiet'; busy?: boolean };
export function Button({ look = 'plain', busy, children, disabled, className, ...rest }: ButtonProps) {
  return <button type="button" {...rest} className={`button button-${look} ${className ?? ''}`} disabled={disabled || busy} aria-busy={busy || undefined}>
    {busy && <LoaderCircle size={14} className="spin" aria-hidden />}{children}
  </button>;
}

// One clock ticks for all relative times of the page.
let now = Date.now(); const tickers = new Set<() => void>(); let ticking = 0;
function watchClock(tell: () => void) {
  tickers.add(tell); ticking ||= window.setInterval(() => { now = Date.now(); tickers.forEach(t => t()); }, 1000);
  return () => { tickers.delete(tell); if (!tickers.size) { clearInterval(ticking); ticking = 0; } };
}
export const useNow = (stepMs = 10000) => useSyncExternalStore(watchClock, () => Math.floor(Math.max(now, Date.now() - 1000) / stepMs) * stepMs, () => 0);

export function Ago({ at }: { at?: string | null }) {
  const locale = useLocale(), at10 = useNow(10000);
  return at ? <time className="time" dateTime={at} title={exact(at, locale)}>{ago(at, at10, locale)}</time> : <span className="time">–</span>;
}
/** A duration; while `from` is set and there is no `seconds` it counts on. */
export function Duration({ seconds, from, usual }: { seconds?: number | null; from?: string; usual?: number | null }) {
  const locale = useLocale(), w = useWords(baseWords), at = useNow(1000);
  const value = seconds ?? (from ? Math.max(0, Math.round((at - Date.parse(from)) / 1000)) : undefined);
  const beside = usual ? w.usual(duration(usual, locale)) : null;
  if (value === undefined && beside) return <span className="time faint">{beside}</span>;
  return <span className="time">{duration(value, locale)}{beside && <span className="faint"> / {beside}</span>}</span>;
}

export function ErrorNote({ error, retry, children }: { error?: ApiError | null; retry?: () => void; children?: ReactNode }) {
  const w = useWords(baseWords);
  if (!error && !children) return null;
  return <div className="note note-bad" role="alert"><CircleAlert size={16} aria-hidden /><div>
    <p>{error?.message ?? children}</p>
    {error?.details.map((d, i) => <p key={i} className="mono small">{d.file}{d.line ? `:${d.line}` : ''}{d.column ? `:${d.column}` : ''} {d.message}</p>)}
    {retry && <Button look="quiet" onClick={retry}>{w.retryNow}</Button>}
  </div></div>;
}

/** Rows that keep the layout still while `what` is loading, with a sentence for those who cannot see them. */
export function Skeleton({ what, rows = 4 }: { what?: string; rows?: number }) {
  const w = useWords(baseWords);
  return <div className="skeleton" role="status"><span className="hidden">{what ? w.loadingOf(what) : w.loading}</span>
    {Array.from({ length: rows }, (_, i) => <div key={i} className="skeleton-row" aria-hidden />)}</div>;
}

export function useCopy(): [boolean, (text: string) => void] {
  const [done, setDone] = useState(false), timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = (text: string) => {
    const fallback = () => {   // plain HTTP pages have no clipboard API
      const area = document.createElement('textarea'); area.value = text; area.style.position = 'fixed'; area.style.opacity = '0';
      document.body.append(area); area.select(); document.execCommand('copy'); area.remove();
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(fallback); else fallback();
    setDone(true); clearTimeout(timer.current); timer.current = window.setTimeout(() => setDone(false), 1600);
  };
  return [done, copy];
}

/** A command, ready to copy. */
export function Command({ text, label }: { text: string; label?: string }) {
  const w = useWords(baseWords), [done, copy] = useCopy();
  return <div className="command">
    <pre tabIndex={0} aria-label={label ?? text}><code>{text}</code></pre>
    <Button look="quiet" onClick={() => copy(text)} aria-label={`${w.copy}: ${label ?? text.split('\n')[0]}`}>
      {done ? <Check size={14} aria-hidden /> : <CopyIcon size={14} aria-hidden />}<span aria-live="polite">{done ? w.copied : w.copy}</span></Button>
  </div>;
}

/** The command-line form of the acts of a page. */
export function CommandLine({ forms }: { forms: [string, string][] }) {
  const w = useWords(baseWords);
  return <details className="command-line"><summary><Terminal size={14} aria-hidden />{w.commandLine}</summary>
    <p className="faint small">{w.commandLineHint}</p>
    {forms.map(([what, text]) => <div key={text} className="command-form"><span className="faint small">{what}</span><Command text={text} label={what} /></div>)}</details>;
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return <div className="empty"><h2>{title}</h2>{children}</div>;
}

export function Section({ title, aside, children, id }: { title: string; aside?: ReactNode; children: ReactNode; id?: string }) {
  const own = useId(), name = id ?? own;
  return <section className="section" aria-labelledby={name}><div className="section-head"><h2 id={name}>{title}</h2>{aside && <div className="acts">{aside}</div>}</div>{children}</section>;
}

export type Crumb = { text: string; to?: string };
/** The head of a page: where it stands, its title, its acts. Sets the document's title. */
export function PageHead({ crumbs = [], title, plainTitle, acts, children }: { crumbs?: Crumb[]; title: ReactNode; plainTitle?: string; acts?: ReactNode; children?: ReactNode }) {
  const name = plainTitle ?? (typeof title === 'string' ? title : '');
  useEffect(() => { document.title = name ? `${name} · Sampan` : 'Sampan'; }, [name]);
  return <header className="page-head">
    {crumbs.length > 0 && <nav className="crumbs" aria-label="breadcrumb">{crumbs.map((c, i) => <span key={i}>{c.to ? <Link href={c.to}>{c.text}</Link> : c.text}{i < crumbs.length - 1 && <span aria-hidden> / </span>}</span>)}</nav>}
    <div className="page-title"><h1 tabIndex={-1}>{title}</h1>{acts && <div className="acts">{acts}</div>}</div>
    {children && <div className="page-sub">{children}</div>}
  </header>;
}

export type Column<T> = { head: string; cell: (row: T) => ReactNode; numeric?: boolean; main?: boolean; wide?: boolean; quiet?: boolean };
/** A table whose rows become cards on a phone. `j` and `k` move between the main links of its rows. */
export function Table<T>({ caption, columns, rows, rowKey, marked }: { caption: string; columns: Column<T>[]; rows: T[]; rowKey: (row: T) => string | number; marked?: (row: T) => boolean }) {
  return <div className="table-frame"><table className="table"><caption className="hidden">{caption}</caption>
    <thead><tr>{columns.map((c, i) => <th key={i} scope="col" className={c.numeric ? 'numeric' : undefined}>{c.head || <span className="hidden">{caption}</span>}</th>)}</tr></thead>
    <tbody>{rows.map(row => <tr key={rowKey(row)} data-row className={marked?.(row) ? 'marked' : undefined}>
      {columns.map((c, i) => <td key={i} data-label={c.quiet ? undefined : c.head} className={[c.numeric && 'numeric', c.main && 'main-cell', c.wide && 'wide-cell'].filter(Boolean).join(' ') || undefined}>{c.cell(row)}</td>)}
    </tr>)}</tbody></table></div>;
}

export function More({ more }: { more: (() => void) | null }) {
  const w = useWords(baseWords);
  return more && <div className="more"><Button onClick={more}>{w.more}</Button></div>;
}

export function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string; children: (id: string, describedBy?: string) => ReactNode }) {
  const id = useId(), note = hint || error ? `${id}-note` : undefined;
  return <div className="field"><label htmlFor={id}>{label}</label>{children(id, note)}
    {(hint || error) && <p id={note} className={error ? 'field-error' : 'faint small'}>{error ?? hint}</p>}</div>;
}

/** One of a few: radio buttons drawn as a row. */
export function Choice<V extends string>({ label, value, options, onChange }: { label: string; value: V; options: [V, string][]; onChange: (value: V) => void }) {
  const name = useId();
  return <fieldset className="choice"><legend className="hidden">{label}</legend>{options.map(([v, text]) =>
    <label key={v}><input type="radio" name={name} checked={v === value} onChange={() => onChange(v)} /><span>{text}</span></label>)}</fieldset>;
}

export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return <dl className="facts">{facts.map(([k, v]) => <div key={k}><dt>{k}</dt><dd>{v}</dd></div>)}</dl>;
}
/** Links between the sub-pages of one thing; where they do not all fit, the one that is open is in sight. */
export function SubNav({ label, links }: { label: string; links: { to: string; text: string; here: boolean; count?: number }[] }) {
  const bar = useRef<HTMLElement>(null), here = links.find(l => l.here)?.to;
  useEffect(() => { const link = bar.current?.querySelector<HTMLElement>('[aria-current]'); if (link) bar.current!.scrollLeft = link.offsetLeft + link.offsetWidth / 2 - bar.current!.clientWidth / 2; }, [here]);
  return <nav ref={bar} className="subnav" aria-label={label}>{links.map(l => <Link key={l.to} href={l.to} aria-current={l.here ? 'page' : undefined}>{l.text}{l.count !== undefined && <span className="badge">{l.count}</span>}</Link>)}</nav>;
}
