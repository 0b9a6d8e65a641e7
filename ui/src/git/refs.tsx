import { Link, useLocation } from 'wouter';
import { FormDialog } from '../base/dialog';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, Field, Section, Skeleton, State, Table, type Column } from '../base/parts';
import { query } from '../base/http';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { baseWords } from '../base/words';
import { paths as pipeline, type RunBrief } from '../pipeline/api';
import { at, createBranch, deleteBranch, paths, type Ref, type Repo } from './api';
import { RefSelect } from './ref_select';
import { RepoFrame } from './repo_frame';
import { useState } from 'react';
import { gitWords } from './words';

function NewBranch({ repo, done }: { repo: Repo; done: () => void }) {
  const w = useWords(gitWords).refs, base = useWords(baseWords), [from, setFrom] = useState(repo.default_branch);
  return <FormDialog trigger={w.create} title={w.create} submit={base.create} act={async f => { await createBranch(repo.path, String(f.get('name')), from); done(); }}>
    <Field label={w.name}>{id => <input id={id} name="name" required autoCapitalize="none" spellCheck={false} />}</Field><Field label={w.from}>{() => <RefSelect repo={repo.path} label={w.from} value={from} onChange={setFrom} />}</Field></FormDialog>;
}
function List({ repo, tags }: { repo: Repo; tags: boolean }) {
  const w = useWords(gitWords), refs = useResource<Page<Ref>>(`${paths.repo(repo.path)}/${tags ? 'tags' : 'branches'}?limit=200`, [`repo:${repo.id}`]), runs = useResource<Page<RunBrief>>(pipeline.repoRuns(repo.path, { limit: 100 }), ['runs']);
  const run = (r: Ref) => runs.data?.items.find(x => x.sha === r.sha), may = repo.my_role === 'developer' || repo.my_role === 'admin';
  const columns: Column<Ref>[] = [
    { head: w.refs.name, main: true, cell: r => <span className="row"><Link href={at.tree(repo.path, r.name, '')} className="mono">{r.name}</Link>{r.is_default && <span className="tag">{w.refs.isDefault}</span>}</span> },
    { head: w.refs.commit, wide: true, cell: r => <Link href={at.commit(repo.path, r.sha)} className="plain-link soft">{r.commit.title}</Link> },
    { head: w.nav.runs, cell: r => { const x = run(r); return x ? <Link href={`/runs/${x.id}`} className="plain-link"><State of={x.state} /></Link> : <span className="faint">–</span>; } },
    { head: w.refs.changed, numeric: true, cell: r => <Ago at={r.commit.authored_at} /> },
    ...(!tags ? [{ head: '', numeric: true, cell: (r: Ref) => r.is_default ? null : <span className="row" style={{ justifyContent: 'flex-end' }}><Link className="button button-quiet" href={`${at.repo(repo.path)}/compare${query({ from: repo.default_branch, to: r.name })}`}>{w.refs.compare}</Link>{may && <FormDialog trigger={w.refs.remove} triggerLook="quiet" triggerLabel={`${w.refs.remove}: ${r.name}`} title={`${w.refs.remove}: ${r.name}`} hint={w.refs.removeHint(r.name)} submit={w.refs.remove} look="danger" act={async () => { await deleteBranch(repo.path, r.name); refs.reload(); }} />}</span> }] : []),
  ];
  const title = tags ? w.nav.tags : w.nav.branches;
  return <Section title={title} aside={!tags && may && !repo.empty && <NewBranch repo={repo} done={refs.reload} />}><ErrorNote error={refs.error} retry={refs.reload} />{refs.loading && <Skeleton what={title} />}
    {refs.data && (refs.data.items.length ? <Table caption={title} rows={refs.data.items} rowKey={r => r.name} columns={columns} /> : <Empty title={tags ? w.refs.noTags : w.refs.noBranches}><p className="soft">{w.refs.noTagsTeach}</p><Command text={tags ? 'git tag v1.0.0\ngit push origin v1.0.0' : `git push -u origin HEAD:${repo.default_branch}`} /></Empty>)}</Section>;
}
export default function Refs() { const [path] = useLocation(), tags = path.endsWith('/tags'), w = useWords(gitWords).nav; return <RepoFrame title={tags ? w.tags : w.branches}>{repo => <List key={String(tags)} repo={repo} tags={tags} />}</RepoFrame>; }
