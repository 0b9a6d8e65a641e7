import { useDeferredValue, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Dialog } from '../base/dialog';
import { appKind } from '../base/states';
import { ErrorNote, Skeleton, State } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { at as deliver } from '../deliver/api';
import { at as git } from '../git/api';
import { paths, type Found } from './api';
import { webWords } from './words';

const kLeast = 2;   // characters; the server finds nothing for less

export default function Search({ close }: { close: () => void }) {
  const w = useWords(webWords).search, [text, setText] = useState(''), q = useDeferredValue(text.trim()), enough = q.length >= kLeast;
  const { data, error } = useResource<Found>(enough ? paths.search(q) : null);
  const move = (event: React.KeyboardEvent<HTMLDivElement>) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a,input')], here = links.indexOf(document.activeElement as HTMLElement);
    event.preventDefault(); links[Math.max(0, Math.min(links.length - 1, here + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  };
  const part = <T,>(title: string, items: T[] | undefined, draw: (item: T) => [string, ReactNode]) => !items?.length ? null : <section><h3>{title}</h3>
    {items.slice(0, 6).map(item => { const [to, body] = draw(item); return <Link key={to} href={to} onClick={close}>{body}</Link>; })}</section>;
  const empty = data && Object.values(data).every(items => !items?.length);
  return <Dialog open onOpenChange={open => { if (!open) close(); }} title={w.title} wide>
    <div onKeyDown={move} className="stack">
      <input type="search" autoFocus aria-label={w.title} placeholder={w.hint} value={text} onChange={e => setText(e.target.value)}
        onKeyDown={e => { if (e.key === 'Enter') e.currentTarget.parentElement?.querySelector<HTMLElement>('a')?.click(); }} />
      <ErrorNote error={error} />
      {enough && !data && !error && <Skeleton rows={3} />}
      {enough && empty && <p className="soft" role="status">{w.nothing(q)}</p>}
      {enough && data && <div className="found">
        {part(w.applications, data.applications, a => [deliver.app(a), <><State of={a.state} kind={appKind(a.state)} bare />{a.name}<span className="faint">{a.environment}</span></>])}
        {part(w.repositories, data.repositories, r => [git.repo(r.path), r.path])}
        {part(w.runs, data.runs, r => [`/runs/${r.id}`, <><State of={r.state} bare /><span className="clip grow">{r.title}</span><span className="faint">#{r.number}</span></>])}
        {part(w.images, data.images, i => [`/images/${i.name}`, i.name])}
        {part(w.people, data.people, p => [`/settings/users#${p.login}`, <>{p.name}<span className="faint">{p.login}</span></>])}
      </div>}
    </div>
  </Dialog>;
}
