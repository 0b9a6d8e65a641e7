// One finding in words, wherever it stands: in the list, under a line of a file, in a diff.
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { exact, inLanguage } from '../base/format';
import { FormDialog } from '../base/dialog';
import { Button, ErrorNote, Field } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import type { Repo } from '../git/api';
import { dismiss, takeUp, type Finding, type Severity } from './api';
import { kMostDays, severityKind, untilOf } from './standing';
import { findingsWords } from './words';
import './findings.css';

const icons: Record<Severity, typeof Info> = { blocker: CircleAlert, critical: TriangleAlert, major: Info };
export function SeverityIcon({ of, size = 14 }: { of: Severity; size?: number }) { const Icon = icons[of]; return <Icon size={size} aria-hidden />; }
export function SeverityMark({ of, text }: { of: Severity; text?: ReactNode }) {
  const w = useWords(findingsWords);
  return <span className={`state state-${severityKind[of]}`}><SeverityIcon of={of} />{w.severity[of]}{text}</span>;
}

/** Where the acts on a finding belong: the commit in which it stands, who may act, and what follows. */
export type Acting = { repo: string; refName: string; may: boolean; done: () => void };
export const mayAct = (repo: Repo) => repo.my_role === 'developer' || repo.my_role === 'admin';

const kUsualDays = 90;
function DismissFields() {
  const w = useWords(findingsWords).dismiss, locale = useLocale(), [days, setDays] = useState(kUsualDays), until = untilOf(days, Date.now());
  return <><Field label={w.reason} hint={w.reasonHint}>{(id, note) => <textarea id={id} name="reason" required maxLength={500} aria-describedby={note} />}</Field>
    <Field label={w.days}>{id => <input id={id} name="days" type="number" min={1} max={kMostDays} required value={Number.isNaN(days) ? '' : days} onChange={e => setDays(e.target.valueAsNumber)} />}</Field>
    <p className="note" role="status">{until ? w.does(exact(until, locale)) : '–'}</p></>;
}
function Acts({ finding, acting }: { finding: Finding; acting: Acting }) {
  const w = useWords(findingsWords).dismiss, end = useAct(async (id: number) => { await takeUp(acting.repo, id); acting.done(); });
  const name = `${finding.rule}, ${finding.path}:${finding.range.line}`, dismissed = finding.dismissed;
  if (dismissed) return <><Button look="quiet" busy={end.busy} aria-label={w.takeUpOf(name)} onClick={() => void end.run(dismissed.id)}>{w.takeUp}</Button><ErrorNote error={end.error} /></>;
  return <FormDialog trigger={w.act} triggerLook="quiet" triggerLabel={w.of(name)} title={w.of(finding.rule)} hint={`${finding.path}:${finding.range.line}`} submit={w.act}
    act={f => dismiss(acting.repo, { fingerprint: finding.fingerprint, ref: acting.refName, reason: String(f.get('reason')), days: Number(f.get('days')) })} onDone={acting.done}><DismissFields /></FormDialog>;
}

export function FindingNote({ finding, acting, place }: { finding: Finding; acting?: Acting; place?: ReactNode }) {
  const w = useWords(findingsWords), locale = useLocale(), { dismissed } = finding, remedy = inLanguage(finding.remedy, locale);
  return <div className={`finding finding-${finding.severity}`} data-fingerprint={finding.fingerprint}>
    <div className="finding-head"><SeverityMark of={finding.severity} />{finding.fresh && <span className="tag finding-fresh">{w.fresh}</span>}{place}
      <span className="mono small finding-rule">{finding.rule}</span><span className="faint small">{finding.engine}</span></div>
    <p>{inLanguage(finding.message, locale)}</p>
    {remedy && <p className="soft"><span className="strong">{w.list.remedy}</span> {remedy}</p>}
    {dismissed && <p className="soft small">{w.dismiss.by(dismissed.by, exact(dismissed.until, locale))}: {dismissed.reason}</p>}
    {acting?.may && <div className="finding-acts"><Acts finding={finding} acting={acting} /></div>}
  </div>;
}
