// 人工卡点: who may pass, pass now or "approve now, release at T", refuse with a reason.
import { useState } from 'react';
import { ApiError } from '../base/http';
import { clock } from '../base/format';
import { Ago, Button, Choice, ErrorNote, Field, State } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import { approve, refuse, type Job } from './api';
import { pipelineWords } from './words';

const localMinute = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
/** 02:00 of the coming night: the hour a release is usually put off to. */
function tonight(): string { const t = new Date(); if (t.getHours() >= 2) t.setDate(t.getDate() + 1); t.setHours(2, 0, 0, 0); return localMinute(t); }

export function GatePanel({ run, job, changed }: { run: number; job: Job; changed: () => void }) {
  const w = useWords(pipelineWords).gate, locale = useLocale(), gate = job.gate!;
  const [comment, setComment] = useState(''), [when, setWhen] = useState<'now' | 'later'>('now'), [at, setAt] = useState(tonight);
  const yes = useAct(async () => {
    if (when === 'later' && Date.parse(at) <= Date.now()) throw new ApiError(0, 'invalid', w.past);
    await approve(run, job.id, comment, when === 'later' ? new Date(at).toISOString() : undefined); changed();
  });
  const no = useAct(async () => { await refuse(run, job.id, comment); changed(); });
  const open = gate.state === 'open' && job.state === 'waiting';
  return <section className={`card gate${open ? ' gate-open' : ''}`} aria-label={w.title} id={`gate-${job.key}`}>
    <div className="row"><h2>{job.name || w.title}</h2><State of={gate.state} live /></div>
    {gate.message && <p>{gate.message}</p>}
    <p className="soft small">{w.who(gate.validators.join(', '), gate.method === 'and')}{open && !gate.may_i && ` ${w.youCannot}`}</p>
    {gate.release_at && <p className="note note-wait" role="status">{w.releases(clock(gate.release_at, locale))}</p>}
    {gate.approvals.length > 0 && <ul className="gate-list">{gate.approvals.map((a, i) => <li key={i} className="row"><State of={a.verdict} /><span className="strong">{a.login}</span><span className="faint"><Ago at={a.at} /></span>{a.comment && <span className="soft">{a.comment}</span>}</li>)}</ul>}
    {open && gate.may_i && <form className="form" onSubmit={e => { e.preventDefault(); void yes.run(); }}>
      <div className="gate-form">
        <Choice label={w.when} value={when} options={[['now', w.nowOption], ['later', w.laterOption]]} onChange={setWhen} />
        {when === 'later' && <Field label={w.at}>{id => <input id={id} type="datetime-local" name="release_at" required value={at} min={localMinute(new Date())} onChange={e => setAt(e.target.value)} />}</Field>}
        <div className="grow"><input name="comment" aria-label={w.comment} placeholder={w.comment} value={comment} onChange={e => setComment(e.target.value)} /></div>
      </div>
      <ErrorNote error={yes.error ?? no.error} />
      <div className="acts"><Button type="submit" look="primary" busy={yes.busy} data-act="approve">{when === 'now' ? w.approve : w.approveAt}</Button>
        <Button look="plain" busy={no.busy} onClick={() => void no.run()} title={w.refuseHint} data-act="refuse">{w.refuse}</Button><span className="faint small">{w.refuseHint}</span></div>
    </form>}
  </section>;
}
