import { useMemo } from 'react';
import { Link, useSearchParams } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { bytes, count } from '../base/format';
import { query } from '../base/http';
import { Ago, Button, ErrorNote, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { useFileFindings } from '../findings/file_findings';
import { at, paths, type Blame, type FileText, type Repo } from './api';
import { CodeView } from './code_view';
import { useColours } from './highlight';
import { RefSelect } from './ref_select';
import { RepoFrame } from './repo_frame';
import { PathLine } from './tree';
import { gitWords } from './words';

function FileView({ repo }: { repo: Repo }) {
  const w = useWords(gitWords).file, [search, setSearch] = useSearchParams(), ref = search.get('ref') ?? repo.default_branch, path = search.get('path') ?? '', blamed = search.get('blame') === '1';
  const base = paths.repo(repo.path), { data: file, error, loading, reload } = useResource<FileText>(`${base}/file${query({ ref, path })}`);
  const blame = useResource<Blame>(blamed ? `${base}/blame${query({ ref, path })}` : null), coloured = useColours(path, file?.text), found = useFileFindings(repo, ref, path);
  const lines = useMemo(() => { const all = (file?.text ?? '').split('\n'); if (all.length > 1 && all[all.length - 1] === '') all.pop(); return all; }, [file?.text]);
  const margin = blame.data && ((i: number) => {
    const line = blame.data!.lines[i], before = blame.data!.lines[i - 1], c = line && blame.data!.commits[line.commit];
    return c && line.commit !== before?.commit ? <Link href={at.commit(repo.path, c.sha)} title={c.title} className="plain-link"><span className="clip">{c.author_name} · {c.title}</span><Ago at={c.authored_at} /></Link> : null;
  });
  const raw = `${base}/raw${query({ ref, path })}`;
  return <>
    <div className="toolbar"><RefSelect repo={repo.path} value={ref} onChange={r => navigate(at.file(repo.path, r, path))} /><PathLine repo={repo.path} refName={ref} path={path} /></div>
    <ErrorNote error={error ?? blame.error} retry={reload} />{loading && <Skeleton what={path} rows={10} />}
    {file && <div className="code-frame">
      <div className="code-head"><span className="soft small file-size">{!file.binary && `${w.lines(count(lines.length))} · `}{bytes(file.size)}</span>{found.head}
        <div className="acts">{!file.binary && <Button look="quiet" aria-pressed={blamed} onClick={() => setSearch(old => { const next = new URLSearchParams(old); if (blamed) next.delete('blame'); else next.set('blame', '1'); return next; }, { replace: true })}>{blamed ? w.normal : w.blame}</Button>}
          <Link className="button button-quiet" href={at.commits(repo.path, ref, path)}>{w.history}</Link><a className="button button-quiet" href={raw}>{file.binary ? w.download : w.raw}</a></div></div>
      {found.gap}
      {file.binary ? <p className="soft" style={{ padding: 16 }}>{w.binary}</p> : <CodeView lines={lines} coloured={coloured} label={path} margin={margin || undefined} mark={found.mark} note={found.note} />}
      {file.truncated && <p className="note">{w.truncated}</p>}
    </div>}
  </>;
}
export default function FilePage() { return <RepoFrame full>{repo => <FileView repo={repo} />}</RepoFrame>; }
