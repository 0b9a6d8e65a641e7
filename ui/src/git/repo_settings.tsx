import { useState } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { FormDialog } from '../base/dialog';
import { ApiError } from '../base/http';
import { Button, ErrorNote, Field, Section } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct } from '../base/use_resource';
import { RedLines } from '../findings/red_lines';
import { Members } from '../people/members';
import { changeRepo, deleteRepo, type Repo, type Visibility } from './api';
import { RefSelect } from './ref_select';
import { RepoFrame } from './repo_frame';
import { gitWords } from './words';

function General({ repo }: { repo: Repo }) {
  const w = useWords(gitWords), [branch, setBranch] = useState(repo.default_branch), [saved, setSaved] = useState(false);
  const act = useAct(async (f: FormData) => { setSaved(false); await changeRepo(repo.path, { description: String(f.get('description')), visibility: f.get('visibility') as Visibility, default_branch: branch }); setSaved(true); });
  return <Section title={w.settings.general}><form className="form card" style={{ maxWidth: 560 }} onSubmit={e => { e.preventDefault(); void act.run(new FormData(e.currentTarget)); }}>
    <Field label={w.list.description}>{id => <input id={id} name="description" defaultValue={repo.description} />}</Field>
    <Field label={w.list.visibility}>{id => <select id={id} name="visibility" defaultValue={repo.visibility}>{(['internal', 'private'] as const).map(v => <option key={v} value={v}>{w.list.visible[v]}</option>)}</select>}</Field>
    <div className="field"><span className="strong" aria-hidden>{w.settings.defaultBranch}</span><RefSelect repo={repo.path} label={w.settings.defaultBranch} value={branch} onChange={setBranch} /></div>
    <ErrorNote error={act.error} /><div className="row"><Button type="submit" look="primary" busy={act.busy}>{w.settings.save}</Button><span role="status" className="soft">{saved && w.settings.saved}</span></div></form></Section>;
}
export default function RepoSettings() {
  const w = useWords(gitWords).settings;
  return <RepoFrame title={w.title}>{repo => <>
    {repo.my_role === 'admin' && <General key={repo.id} repo={repo} />}
    <RedLines repo={repo.path} branch={repo.default_branch} admin={repo.my_role === 'admin'} />
    <Members of={`repos/${repo.path}`} admin={repo.my_role === 'admin'} />
    {repo.my_role === 'admin' && <Section title={w.danger}><p className="soft">{w.dangerHint(repo.path)}</p><div><FormDialog trigger={w.danger} triggerLook="danger" title={w.danger} hint={w.dangerHint(repo.path)} submit={w.remove} look="danger"
      act={async f => { if (f.get('name') !== repo.path) throw new ApiError(0, 'invalid', w.mismatch); await deleteRepo(repo.path); navigate('/code'); }}><Field label={w.type(repo.path)}>{id => <input id={id} name="name" autoComplete="off" autoCapitalize="none" />}</Field></FormDialog></div></Section>}
  </>}</RepoFrame>;
}
