import { useState } from 'react';
import { FormDialog } from '../base/dialog';
import { Ago, Command, ErrorNote, Field, More, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { usePages } from '../base/use_resource';
import { baseWords } from '../base/words';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { changeUser, createUser, paths, type User } from './api';
import { peopleWords } from './words';

export default function Users() {
  const w = useWords(peopleWords).users, base = useWords(baseWords), me = useMe(), [initial, setInitial] = useState<{ login: string; password: string }>();
  const { items, error, loading, more, reload } = usePages<User>(me.site_admin ? paths.users : null, u => u.login);
  const create = me.site_admin && <FormDialog trigger={w.create} triggerLook="primary" title={w.create} submit={base.create} act={async f => { const login = String(f.get('login')), u = await createUser({ login, name: String(f.get('name')), email: String(f.get('email')), password: String(f.get('password')) || undefined, site_admin: f.get('site_admin') === 'on' }); setInitial(u.initial_password ? { login, password: u.initial_password } : undefined); reload(); }}>
    <Field label={w.login}>{id => <input id={id} name="login" required autoCapitalize="none" autoComplete="off" />}</Field><Field label={w.name}>{id => <input id={id} name="name" required autoComplete="off" />}</Field><Field label={w.email}>{id => <input id={id} name="email" type="email" autoComplete="off" />}</Field>
    <Field label={w.password} hint={w.passwordHint}>{(id, note) => <input id={id} name="password" type="password" autoComplete="new-password" aria-describedby={note} />}</Field><label className="check"><input type="checkbox" name="site_admin" />{w.siteAdmin}</label></FormDialog>;
  return <SettingsFrame title={w.title} acts={create || undefined}>
    {!me.site_admin && <p className="note">{w.only}</p>}<ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} />}
    {initial && <div className="note note-wait" role="status"><div className="grow stack" style={{ gap: 8 }}><p className="strong">{w.initial(initial.login)}</p><Command text={initial.password} label={w.password} /></div></div>}
    {items && <Table caption={w.title} rows={items} rowKey={u => u.id} columns={[
      { head: w.name, main: true, cell: u => <span><span className="strong">{u.name}</span> <span className="faint">{u.login}</span>{u.site_admin && <span className="tag" style={{ marginLeft: 6 }}>{w.admin}</span>}</span> }, { head: w.email, wide: true, cell: u => u.email },
      { head: base.state.active, cell: u => <State of={u.active ? 'active' : 'inactive'} /> }, { head: w.lastSeen, numeric: true, cell: u => u.last_seen_at ? <Ago at={u.last_seen_at} /> : <span className="faint">{base.never}</span> },
      { head: '', numeric: true, cell: u => <span className="row" style={{ justifyContent: 'flex-end' }}>
        <FormDialog trigger={w.reset} triggerLook="quiet" triggerLabel={`${w.reset}: ${u.login}`} title={`${w.reset}: ${u.login}`} hint={w.resetHint} submit={w.reset} act={async f => { await changeUser(u.login, { password: String(f.get('password')) }); reload(); }}><Field label={w.password}>{id => <input id={id} name="password" type="password" required minLength={8} autoComplete="new-password" />}</Field></FormDialog>
        {u.login !== me.login && (u.active ? <FormDialog trigger={w.close} triggerLook="quiet" triggerLabel={`${w.close}: ${u.login}`} title={`${w.close}: ${u.login}`} hint={w.closeHint(u.name)} submit={w.close} look="danger" act={async () => { await changeUser(u.login, { active: false }); reload(); }} />
          : <FormDialog trigger={w.open} triggerLook="quiet" triggerLabel={`${w.open}: ${u.login}`} title={`${w.open}: ${u.login}`} submit={w.open} act={async () => { await changeUser(u.login, { active: true }); reload(); }} />)}</span> },
    ]} />}<More more={more} /></SettingsFrame>;
}
