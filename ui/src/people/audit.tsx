import { useSearchParams } from 'wouter';
import { query } from '../base/http';
import { Ago, ErrorNote, More, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { usePages } from '../base/use_resource';
import { useMe } from '../web/me';
import { SettingsFrame } from '../web/settings_frame';
import { type AuditEntry } from './api';
import { peopleWords } from './words';

export default function Audit() {
  const words = useWords(peopleWords), w = words.audit, me = useMe(), [search, setSearch] = useSearchParams();
  const value = (key: string) => search.get(key) ?? '', set = (key: string, v: string) => setSearch(old => { const next = new URLSearchParams(old); if (v) next.set(key, v); else next.delete(key); return next; }, { replace: true });
  const { items, error, loading, more, reload } = usePages<AuditEntry>(me.site_admin ? `/api/v1/audit${query({ actor: value('actor'), action: value('action'), target: value('target') })}` : null, e => e.id);
  return <SettingsFrame title={w.title}>{!me.site_admin && <p className="note">{words.users.only}</p>}<p className="soft">{w.hint}</p>
    <div className="toolbar">{(['actor', 'action', 'target'] as const).map(k => <input key={k} type="search" aria-label={w[k]} placeholder={w[k]} value={value(k)} onChange={e => set(k, e.target.value)} />)}</div>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} rows={8} />}
    {items && (items.length ? <Table caption={w.title} rows={items} rowKey={e => e.id} columns={[{ head: w.at, cell: e => <Ago at={e.at} /> }, { head: w.actor, cell: e => <span className="strong">{e.actor}</span> }, { head: w.action, cell: e => <span className="mono small">{e.action}</span> }, { head: w.target, cell: e => e.target }, { head: w.detail, wide: true, cell: e => e.detail }, { head: w.from, numeric: true, cell: e => <span className="faint small">{e.remote_address}</span> }]} /> : <p className="soft">{w.nothing}</p>)}<More more={more} /></SettingsFrame>;
}
