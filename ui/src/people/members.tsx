import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { ErrorNote, Field, Section, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { paths, removeMember, roles, setMember, type Member, type Role } from './api';
import { peopleWords } from './words';

/** Members of a group, repository or environment; `of` is its path below /api/v1. */
export function Members({ of, title, admin }: { of: string; title?: string; admin?: boolean }) {
  const words = useWords(peopleWords), w = words.members, base = useWords(baseWords), { data, error, loading, reload } = useResource<Page<Member>>(paths.members(of));
  const change = useAct(async (login: string, role: Role) => { await setMember(of, login, role); reload(); });
  const add = admin && <FormDialog trigger={w.add} title={w.add} submit={w.add} act={async f => { await setMember(of, String(f.get('login')), f.get('role') as Role); reload(); }}>
    <Field label={w.login}>{id => <input id={id} name="login" required autoCapitalize="none" autoComplete="off" />}</Field>
    <Field label={w.role}>{id => <select id={id} name="role" defaultValue="developer">{roles.map(r => <option key={r} value={r}>{words.role[r]}: {w.roleHint[r]}</option>)}</select>}</Field></FormDialog>;
  return <Section title={title ?? w.title} aside={add}><ErrorNote error={error ?? change.error} retry={error ? reload : undefined} />{loading && <Skeleton what={w.title} rows={3} />}
    {data && (data.items.length ? <Table caption={w.title} rows={data.items} rowKey={m => m.login} columns={[
      { head: base.name, main: true, cell: m => <span><span className="strong">{m.name}</span> <span className="faint">{m.login}</span>{m.inherited_from && <span className="faint small"> · {w.inherited(m.inherited_from)}</span>}</span> },
      { head: w.role, cell: m => admin && !m.inherited_from ? <select aria-label={w.change(m.login)} value={m.role} onChange={e => void change.run(m.login, e.target.value as Role)}>{roles.map(r => <option key={r} value={r}>{words.role[r]}</option>)}</select> : m.role === 'none' ? '–' : words.role[m.role] },
      ...(admin ? [{ head: '', numeric: true, cell: (m: Member) => m.inherited_from ? null : <FormDialog trigger={w.remove} triggerLook="quiet" triggerLabel={`${w.remove}: ${m.login}`} title={`${w.remove}: ${m.login}`} hint={w.removeHint(m.login)} submit={w.remove} look="danger" act={async () => { await removeMember(of, m.login); reload(); }} /> }] : []),
    ]} /> : <p className="soft">{w.empty}</p>)}</Section>;
}
