import { useState } from 'react';
import { ApiError } from '../base/http';
import { Button, ErrorNote, Field } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import { changePassword } from './api';
import { peopleWords } from './words';

/** Old password, new one twice. `done` is called once the server has taken it. */
export function PasswordForm({ done }: { done: () => void }) {
  const w = useWords(peopleWords).newPassword, [old, setOld] = useState(''), [next, setNext] = useState(''), [again, setAgain] = useState('');
  const { run, busy, error } = useAct(async () => {
    if (next !== again) throw new ApiError(0, 'invalid', w.differ);
    await changePassword(old, next); setOld(''); setNext(''); setAgain(''); done();
  });
  return <form className="form" onSubmit={event => { event.preventDefault(); void run(); }}>
    <Field label={w.old}>{id => <input id={id} name="old_password" type="password" autoComplete="current-password" required value={old} onChange={e => setOld(e.target.value)} />}</Field>
    <Field label={w.next} hint={w.rule}>{(id, note) => <input id={id} name="new_password" type="password" autoComplete="new-password" minLength={8} required aria-describedby={note} value={next} onChange={e => setNext(e.target.value)} />}</Field>
    <Field label={w.again}>{id => <input id={id} name="again" type="password" autoComplete="new-password" required value={again} onChange={e => setAgain(e.target.value)} />}</Field>
    <ErrorNote error={error} />
    <div><Button type="submit" look="primary" busy={busy}>{w.submit}</Button></div>
  </form>;
}
