import { Link } from 'wouter';
import { Ago, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { at, type CommitBrief } from './api';
import { gitWords } from './words';

export function CommitTable({ repo, commits }: { repo: string; commits: CommitBrief[] }) {
  const w = useWords(gitWords).commits;
  return <Table caption={w.title} rows={commits} rowKey={c => c.sha} columns={[
    { head: w.commit, main: true, cell: c => <Link href={at.commit(repo, c.sha)}>{c.title}</Link> },
    { head: w.author, cell: c => c.author_name },
    { head: 'SHA', cell: c => <span className="mono small">{c.short_sha}</span> },
    { head: w.when, numeric: true, cell: c => <Ago at={c.authored_at} /> },
  ]} />;
}
