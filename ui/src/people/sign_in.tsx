import { useState } from 'react';
import { Button, Choice, ErrorNote, Field } from '../base/parts';
import { setLocale, useLocale, useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import { Logo } from '../web/logo';
import { signIn, type Me } from './api';
import { peopleWords } from './words';

export default function SignIn({ welcome }: { welcome: (me: Me) => void }) {
  const w = useWords(peopleWords).signIn, locale = useLocale(), [login, setLogin] = useState(''), [password, setPassword] = useState('');
  const { run, busy, error } = useAct(async () => welcome(await signIn(login.trim(), password)));
  const deep = location.pathname !== '/';
  document.title = `${w.submit} · Sampan`;
  return <main className="sign-in"><div className="card">
    <h1><Logo />{w.title}</h1>
    {deep && <p className="soft small">{w.to} <span className="mono">{location.pathname}</span></p>}
    <form className="form" onSubmit={event => { event.preventDefault(); void run(); }}>
      <Field label={w.login}>{id => <input id={id} name="login" autoComplete="username" autoCapitalize="none" spellCheck={false} autoFocus required value={login} onChange={e => setLogin(e.target.value)} />}</Field>
      <Field label={w.password}>{id => <input id={id} name="password" type="password" autoComplete="current-password" required value={password} onChange={e => setPassword(e.target.value)} />}</Field>
      <ErrorNote error={error} />
      <Button type="submit" look="primary" busy={busy}>{w.submit}</Button>
    </form>
    <p className="faint small">{w.hint}</p>
    <Choice label="Language" value={locale} options={[['zh', '中文'], ['en', 'English']]} onChange={setLocale} />
  </div></main>;
}
