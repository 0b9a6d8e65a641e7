import { navigate } from 'wouter/use-browser-location';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Field } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { at, createGroup, createRepo, paths, type Group, type Template, type Visibility } from './api';
import { gitWords } from './words';

function VisibilityField({ initial }: { initial: Visibility }) {
  const w = useWords(gitWords).list;
  return <Field label={w.visibility}>{id => <select id={id} name="visibility" defaultValue={initial}>{(['internal', 'private'] as const).map(v => <option key={v} value={v}>{w.visible[v]}</option>)}</select>}</Field>;
}

export function NewRepo({ groups, group }: { groups: Group[]; group?: string }) {
  const w = useWords(gitWords).list, base = useWords(baseWords), locale = useLocale(), templates = useResource<Page<Template>>(paths.templates);
  const may = groups.filter(g => g.my_role !== 'viewer');
  if (!may.length) return null;
  return <FormDialog trigger={w.create} triggerLook="primary" title={w.create} submit={base.create} wide act={async f => { const repo = await createRepo({ group: String(f.get('group')), name: String(f.get('name')), description: String(f.get('description')), visibility: f.get('visibility') as Visibility, template: String(f.get('template')) }); navigate(at.repo(repo.path)); }}>
    <div className="name-pair"><Field label={w.group}>{id => <select id={id} name="group" defaultValue={group ?? may[0].name}>{may.map(g => <option key={g.id}>{g.name}</option>)}</select>}</Field>
      <Field label={w.name} hint={w.nameHint}>{(id, note) => <input id={id} name="name" required aria-describedby={note} autoCapitalize="none" autoComplete="off" spellCheck={false} />}</Field></div>
    <Field label={w.description}>{id => <input id={id} name="description" />}</Field>
    <fieldset><legend className="strong">{w.template}</legend><div className="template-list">{templates.data?.items.map((t, i) => <label key={t.id} className="template"><input type="radio" name="template" value={t.id} defaultChecked={i === 0} /><span><span className="strong">{locale === 'zh' ? t.title_zh : t.title_en}</span><br /><span className="soft small">{locale === 'zh' ? t.description_zh : t.description_en}</span></span></label>)}</div></fieldset>
    <VisibilityField initial="internal" />
  </FormDialog>;
}
export function NewGroup({ done }: { done: () => void }) {
  const w = useWords(gitWords).list, base = useWords(baseWords);
  return <FormDialog trigger={w.createGroup} title={w.createGroup} submit={base.create} act={async f => { await createGroup({ name: String(f.get('name')), description: String(f.get('description')), visibility: f.get('visibility') as Visibility }); done(); }}>
    <Field label={w.name} hint={w.nameHint}>{(id, note) => <input id={id} name="name" required aria-describedby={note} autoCapitalize="none" />}</Field><Field label={w.description}>{id => <input id={id} name="description" />}</Field><VisibilityField initial="private" /></FormDialog>;
}
