import { useState } from 'react';
import { Button, ErrorNote, Field, Section } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { changeMe } from './api';
import { PasswordForm } from './password_form';
import { peopleWords } from './words';

export default function Profile() {
  const words = useWords(peopleWords), w = words.profile, me = useMe(), [saved, setSaved] = useState<'profile' | 'password'>();
  const act = useAct(async (f: FormData) => { setSaved(undefined); await changeMe({ name: String(f.get('name')), email: String(f.get('email')) }); setSaved('profile'); });
  return <SettingsFrame title={w.title}><div className="two">
    <Section title={me.login}><form className="form card" onSubmit={e => { e.preventDefault(); void act.run(new FormData(e.currentTarget)); }}>
      <Field label={w.name}>{id => <input id={id} name="name" required defaultValue={me.name} autoComplete="name" />}</Field><Field label={w.email}>{id => <input id={id} name="email" type="email" defaultValue={me.email} autoComplete="email" />}</Field>
      <ErrorNote error={act.error} /><div className="row"><Button type="submit" look="primary" busy={act.busy}>{w.save}</Button><span role="status" className="soft">{saved === 'profile' && w.saved}</span></div></form></Section>
    <Section title={w.password}><div className="card"><PasswordForm done={() => setSaved('password')} /><p role="status" className="soft">{saved === 'password' && words.newPassword.done}</p></div></Section>
  </div></SettingsFrame>;
}
