import { useParams } from 'wouter';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, Button, ErrorNote, Facts, Field, PageHead, Section, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { Members } from '../people/members';
import { changeEnvironment, lock, paths, unlock, type App, type Environment } from './api';
import { AppTable } from './applications';
import { hasTitle, PolicySelect } from './environments';
import { deliverWords } from './words';

export default function EnvironmentPage() {
  const { environment: name } = useParams<{ environment: string }>(), words = useWords(deliverWords), w = words.environments, base = useWords(baseWords);
  const all = useResource<Page<Environment>>(paths.environments, ['apps']), apps = useResource<Page<App>>(paths.applications, ['apps']);
  const release = useAct(async () => { await unlock(name); all.reload(); });
  const e = all.data?.items.find(x => x.name === name), here = apps.data?.items.filter(a => a.environment === name), admin = e?.my_role === 'admin';
  return <div className="page"><PageHead title={e && hasTitle(e) ? `${name} · ${e.title}` : name} crumbs={[{ text: w.title, to: '/environments' }]} acts={e && admin && <>
    {e.locked ? <Button busy={release.busy} onClick={() => void release.run()}>{w.unlock}</Button> : <FormDialog trigger={w.lock} title={`${w.lock}: ${name}`} hint={w.lockHint} submit={w.lock} act={async f => { await lock(name, String(f.get('reason'))); all.reload(); }}><Field label={w.reason}>{id => <input id={id} name="reason" required />}</Field></FormDialog>}
    <FormDialog trigger={w.settings} title={`${w.settings}: ${name}`} submit={base.save} act={async f => { await changeEnvironment(name, { title: String(f.get('title')), failure_policy: String(f.get('failure_policy')) }); all.reload(); }}>
      <Field label={w.shown}>{id => <input id={id} name="title" defaultValue={e.title} />}</Field><Field label={w.policy}>{id => <PolicySelect id={id} value={e.failure_policy} />}</Field></FormDialog></>} />
    <ErrorNote error={all.error ?? release.error} retry={all.error ? all.reload : undefined} />
    {all.loading && <Skeleton what={name} />}
    {e?.locked && <p className="note note-wait">{w.locked(e.locked.by)}: {e.locked.reason} · <Ago at={e.locked.at} /></p>}
    {e && <Facts facts={[[w.target, e.target], [w.policy, w.policies[e.failure_policy]]]} />}
    <Section title={w.apps}>{here?.length ? <AppTable apps={here} caption={w.apps} /> : here && <p className="soft">{w.noApps}</p>}</Section>
    <Members of={`environments/${encodeURIComponent(name)}`} title={w.members} admin={admin} />
  </div>;
}
