// The findings of one file, at its lines: a mark in the margin opens the note under the line.
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { inLanguage } from '../base/format';
import { Button, State } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import type { Repo } from '../git/api';
import { at, paths, type FindingList } from './api';
import { FindingNote, mayAct, SeverityIcon, SeverityMark } from './finding_note';
import { ScanState } from './scan_head';
import { byLine, severities, severityKind, worst } from './standing';
import { useLookAgain } from './use_findings';
import { findingsWords } from './words';

const kMost = 500;
const chosenLine = () => Number(/^#L(\d+)$/.exec(location.hash)?.[1] ?? 0);

export type FileFindings = { head: ReactNode; gap?: ReactNode; mark?: (index: number) => ReactNode; note?: (index: number) => ReactNode };
/** What the view of a file shows of its findings; lines count from 0. Without findings there is no mark and no note. */
export function useFileFindings(repo: Repo, refName: string, file: string): FileFindings {
  const w = useWords(findingsWords), locale = useLocale(), { data, reload } = useResource<FindingList>(paths.findings(repo.path, { ref: refName, file, limit: kMost }), [`repo:${repo.id}`]);
  useLookAgain(data?.scan?.state === 'queued' ? data.scan : undefined, reload);
  const lines = useMemo(() => byLine(data?.items ?? []), [data]), [open, setOpen] = useState<ReadonlySet<number>>(() => new Set([chosenLine()]));
  const toggle = useCallback((line: number) => setOpen(old => { const next = new Set(old); if (!next.delete(line)) next.add(line); return next; }), []);
  if (!data) return { head: null };
  const allOpen = [...lines.keys()].every(line => open.has(line)), list = at.findings(repo.path, { ref: refName, path: file }), gaps = data.gaps.filter(g => g.path === file);
  const head = <span className="row"><ScanState scan={data.scan} />{data.scan?.state === 'done' && (data.items.length ? severities.map(s => { const n = data.items.filter(f => f.severity === s).length; return n > 0 && <SeverityMark key={s} of={s} text={` ${n}`} />; }) : !gaps.length && <span className="soft small">{w.file.clean}</span>)}
    {data.items.length > 0 && <><Button look="quiet" aria-pressed={allOpen} data-act="notes" onClick={() => setOpen(allOpen ? new Set() : new Set(lines.keys()))}>{allOpen ? w.file.hide : w.file.show}</Button><Link className="button button-quiet" href={list}>{w.file.all}</Link></>}
    {data.next && <span className="soft small">{w.file.cut(kMost)}</span>}</span>;
  const gap = gaps.map((g, i) => <p key={i} className="row small file-gap"><State of="waiting" word={w.file.gap} /><span className="soft">{inLanguage(g.reason, locale)}</span></p>);
  if (!lines.size) return { head, gap };
  const mark = (index: number) => {
    const own = lines.get(index + 1); if (!own) return null;
    const severity = worst(own);
    return <button type="button" data-row className={`line-mark line-mark-${severityKind[severity]}`} aria-expanded={open.has(index + 1)} aria-label={w.file.mark(index + 1, own.length, w.severity[severity])} onClick={() => toggle(index + 1)}><SeverityIcon of={severity} /></button>;
  };
  const note = (index: number) => {
    const own = open.has(index + 1) && lines.get(index + 1); if (!own) return null;
    return <div className="line-note" role="group" aria-label={w.file.noteOf(index + 1)}>{own.map(f => <FindingNote key={f.fingerprint} finding={f} acting={{ repo: repo.path, refName, may: mayAct(repo), done: reload }} />)}</div>;
  };
  return { head, gap, mark, note };
}
