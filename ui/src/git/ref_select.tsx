import type { Page } from '../base/http';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { paths, type Ref } from './api';
import { gitWords } from './words';

export function RefSelect({ repo, value, onChange, label }: { repo: string; value: string; onChange: (ref: string) => void; label?: string }) {
  const w = useWords(gitWords).tree, branches = useResource<Page<Ref>>(`${paths.repo(repo)}/branches?limit=200`), tags = useResource<Page<Ref>>(`${paths.repo(repo)}/tags?limit=200`);
  const names = [...(branches.data?.items ?? []), ...(tags.data?.items ?? [])].map(r => r.name);
  return <select aria-label={label ?? w.ref} className="ref-select" value={value} onChange={e => onChange(e.target.value)}>
    {!names.includes(value) && <option value={value}>{/^[0-9a-f]{40}$/.test(value) ? value.slice(0, 8) : value}</option>}
    <optgroup label={w.branches}>{branches.data?.items.map(r => <option key={r.name}>{r.name}</option>)}</optgroup>
    {tags.data && tags.data.items.length > 0 && <optgroup label={w.tags}>{tags.data.items.map(r => <option key={r.name}>{r.name}</option>)}</optgroup>}</select>;
}
