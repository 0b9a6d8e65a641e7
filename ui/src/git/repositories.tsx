import { useDeferredValue, useState } from 'react';
import { Link } from 'wouter';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, PageHead, Section, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { commands } from '../web/commands';
import { useMe } from '../web/me';
import { at, paths, type Group, type Repo } from './api';
import { NewGroup, NewRepo } from './new_repo';
import { gitWords } from './words';
import './git.css';

export function RepoTable({ repos, caption }: { repos: Repo[]; caption: string }) {
  const w = useWords(gitWords).list;
  return <Table caption={caption} rows={repos} rowKey={r => r.id} columns={[
    { head: w.name, main: true, cell: r => <div><Link href={at.repo(r.path)}>{r.name}</Link>{r.description && <div className="faint small">{r.description}</div>}</div> },
    { head: w.head, wide: true, cell: r => r.head ? <Link href={at.commit(r.path, r.head.sha)} className="plain-link soft">{r.head.title}</Link> : <span className="faint">–</span> },
    { head: w.visibility, cell: r => w.visible[r.visibility] },
    { head: w.updated, numeric: true, cell: r => <Ago at={r.updated_at} /> },
  ]} />;
}

export default function Repositories() {
  const w = useWords(gitWords).list, me = useMe(), [text, setText] = useState(''), q = useDeferredValue(text.trim());
  const groups = useResource<Page<Group>>(paths.groups, ['repos']), repos = useResource<Page<Repo>>(paths.repos(undefined, q), ['repos']);
  const shown = groups.data?.items.map(g => ({ group: g, repos: repos.data?.items.filter(r => r.group === g.name) ?? [] })).filter(x => !q || x.repos.length);
  return <div className="page"><PageHead title={w.title} acts={<>{me.site_admin && <NewGroup done={groups.reload} />}{groups.data && <NewRepo groups={groups.data.items} />}</>} />
    <div className="toolbar"><input type="search" placeholder={w.find} aria-label={w.find} value={text} onChange={e => setText(e.target.value)} style={{ minWidth: 280 }} /></div>
    <ErrorNote error={groups.error ?? repos.error} retry={repos.reload} />
    {(groups.loading || repos.loading) && <Skeleton what={w.title} rows={6} />}
    {shown && repos.data && (shown.length ? shown.map(x => <Section key={x.group.id} title={x.group.name} aside={<Link href={`/code/${x.group.name}`} className="soft small">{w.repos(x.repos.length)}</Link>}>
      {x.group.description && <p className="faint small">{x.group.description}</p>}
      {x.repos.length ? <RepoTable repos={x.repos} caption={x.group.name} /> : <p className="soft">{w.noRepo}</p>}</Section>)
      : q ? <p className="soft">{w.none}</p> : <Empty title={w.noGroup}><p className="soft">{w.noGroupTeach}</p><Command text={`sampan repo create-group company\n${commands.createRepo('company/hello', 'spring-boot')}`} label={w.create} /></Empty>)}
  </div>;
}
