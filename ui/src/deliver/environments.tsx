import { Lock } from 'lucide-react';
import { Link } from 'wouter';
import { FormDialog } from '../base/dialog';
import { rate } from '../base/format';
import type { Page } from '../base/http';
import { Empty, ErrorNote, Field, PageHead, Section, Skeleton, State } from '../base/parts';
import { useWords } from '../base/settings';
import { appKind } from '../base/states';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { useMe } from '../web/me';
import { at, createEnvironment, paths, type App, type Environment } from './api';
import { deliverWords } from './words';
import './deliver.css';

/** A title that says more than the name. */
export const hasTitle = (e: Environment) => !!e.title && e.title.toLowerCase() !== e.name;

export function PolicySelect({ id, value }: { id: string; value?: string }) {
  const w = useWords(deliverWords).environments;
  return <select id={id} name="failure_policy" defaultValue={value ?? 'rollback'}>{(['rollback', 'freeze', 'hold'] as const).map(p => <option key={p} value={p}>{w.policies[p]}</option>)}</select>;
}

export default function Environments() {
  const words = useWords(deliverWords), w = words.environments, base = useWords(baseWords), me = useMe();
  const environments = useResource<Page<Environment>>(paths.environments, ['apps']), apps = useResource<Page<App>>(paths.applications, ['apps']);
  const columns = environments.data && [...environments.data.items].sort((a, b) => a.order - b.order), names = [...new Set(apps.data?.items.map(a => a.name))].sort();
  const create = me.site_admin && <FormDialog trigger={w.create} title={w.create} submit={base.create} act={async f => { await createEnvironment({ name: String(f.get('name')), title: String(f.get('title')), order: Number(f.get('order')), failure_policy: String(f.get('failure_policy')) }); environments.reload(); }}>
    <Field label={w.name}>{id => <input id={id} name="name" required pattern="[a-z0-9][a-z0-9-]*" autoCapitalize="none" />}</Field><Field label={w.shown}>{id => <input id={id} name="title" />}</Field><Field label={w.order}>{id => <input id={id} name="order" type="number" defaultValue={(columns?.length ?? 0) + 1} />}</Field><Field label={w.policy}>{id => <PolicySelect id={id} />}</Field></FormDialog>;
  return <div className="page"><PageHead title={w.title} acts={create || undefined} /><ErrorNote error={environments.error ?? apps.error} retry={environments.reload} />
    {environments.loading && <Skeleton what={w.title} rows={6} />}
    {columns && (columns.length ? <Section title={w.matrix}><div className="matrix" role="table" aria-label={w.matrix} style={{ '--columns': columns.length } as React.CSSProperties}>
      <div role="row" className="matrix-row matrix-head"><span role="columnheader" className="hidden-phone">{words.apps.app}</span>{columns.map(e => <span role="columnheader" key={e.id} className="matrix-env"><Link href={at.environment(e.name)} className="plain-link strong">{e.name}</Link>{hasTitle(e) && <span className="faint small">{e.title}</span>}
        {e.locked && <span className="state state-wait" title={e.locked.reason}><Lock size={12} aria-hidden />{w.locked(e.locked.by)}</span>}</span>)}</div>
      {names.map(n => <div role="row" className="matrix-row" key={n} data-row><span role="rowheader" className="strong">{n}</span>{columns.map(e => {
        const a = apps.data!.items.find(x => x.name === n && x.environment === e.name);
        return <span role="cell" key={e.id} className="matrix-cell">{a ? <Link href={at.app(a)}><span className="only-phone faint small">{e.name}</span><State of={a.state} kind={appKind(a.state)} /><span className="strong">{a.release ? `r${a.release.number}` : ''}</span><span className="faint small">{a.release ? `${rate(a.metrics.requests_per_second)} ${words.apps.rps}` : ''}</span></Link> : <span className="faint hidden-phone">{w.none}</span>}</span>;
      })}</div>)}
    </div></Section> : <Empty title={w.empty}><p className="soft">{w.teach}</p></Empty>)}
  </div>;
}
