import { useState } from 'react';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, Field, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { SettingsFrame } from '../web/settings_frame';
import { createToken, paths, revokeToken, type Scope, type Token } from './api';
import { peopleWords } from './words';

const scopes = ['api_read', 'api_write', 'repo_read', 'repo_write', 'image_read', 'image_write'] as const;   // `runner` is for runners, which get theirs when they are made

export default function Tokens() {
  const w = useWords(peopleWords).tokens, base = useWords(baseWords), [fresh, setFresh] = useState<string>(), { data, error, loading, reload } = useResource<Page<Token>>(paths.tokens);
  const create = <FormDialog trigger={w.create} triggerLook="primary" title={w.create} hint={w.hint} submit={base.create} act={async f => { const t = await createToken({ name: String(f.get('name')), scopes: f.getAll('scope') as Scope[], expires_in_days: Number(f.get('days')) || undefined }); setFresh(t.token); reload(); }}>
    <Field label={w.name}>{id => <input id={id} name="name" required />}</Field>
    <fieldset><legend className="strong">{w.scopes}</legend>{scopes.map(s => <label key={s} className="check"><input type="checkbox" name="scope" value={s} defaultChecked={s.startsWith('api') || s.startsWith('repo')} />{w.scope[s]}</label>)}</fieldset>
    <Field label={w.days} hint={w.forever}>{(id, note) => <input id={id} name="days" type="number" min={1} max={3650} defaultValue={90} aria-describedby={note} />}</Field></FormDialog>;
  return <SettingsFrame title={w.title} acts={create}><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} />}
    {fresh && <div className="note note-wait" role="status"><div className="grow stack" style={{ gap: 8 }}><p className="strong">{w.once}</p><Command text={fresh} label={w.title} /></div></div>}
    {data && (data.items.length ? <Table caption={w.title} rows={data.items} rowKey={t => t.id} columns={[
      { head: base.name, main: true, cell: t => <span className="strong">{t.name}</span> }, { head: w.scopes, wide: true, cell: t => <span className="row" style={{ gap: 4, flexWrap: 'wrap' }}>{t.scopes.map(s => <span key={s} className="tag">{w.scope[s]}</span>)}</span> },
      { head: w.used, numeric: true, cell: t => t.last_used_at ? <Ago at={t.last_used_at} /> : <span className="faint">{base.never}</span> }, { head: w.expires, numeric: true, cell: t => t.revoked_at ? <State of="inactive" word={w.revoked} /> : t.expires_at ? <Ago at={t.expires_at} /> : <span className="faint">{base.never}</span> },
      { head: '', numeric: true, cell: t => t.revoked_at ? null : <FormDialog trigger={w.revoke} triggerLook="quiet" triggerLabel={`${w.revoke}: ${t.name}`} title={`${w.revoke}: ${t.name}`} hint={w.revokeHint(t.name)} submit={w.revoke} look="danger" act={async () => { await revokeToken(t.id); reload(); }} /> },
    ]} /> : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={`sampan login ${location.origin} --token-stdin`} /></Empty>)}</SettingsFrame>;
}
