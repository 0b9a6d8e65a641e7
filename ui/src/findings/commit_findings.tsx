// The findings of a commit at the lines of its diff: what it brought under its line, what was there before folded to one line.
import { useMemo, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import type { DiffFile, Repo } from '../git/api';
import type { DiffNotes } from '../git/diff_view';
import { at, paths, type Finding, type FindingList } from './api';
import { FindingNote, mayAct, SeverityMark, type Acting } from './finding_note';
import { NotScanned, ScanState } from './scan_head';
import { byFile, byLine, severities, shownLines } from './standing';
import { useLookAgain } from './use_findings';
import { findingsWords } from './words';

const kMost = 500;

function Known({ findings, acting }: { findings: Finding[]; acting: Acting }) {
  const w = useWords(findingsWords);
  return <>{findings.map(f => <details key={f.fingerprint} className="known-finding"><summary><SeverityMark of={f.severity} /><span className="tag">{w.known}</span><span className="mono small finding-rule">{f.rule}</span></summary><FindingNote finding={f} acting={acting} /></details>)}</>;
}
function FileHead({ file, findings, repo, sha }: { file: DiffFile; findings: Finding[]; repo: Repo; sha: string }) {
  const w = useWords(findingsWords), shown = shownLines(file.hunks), fresh = findings.filter(f => f.fresh && shown.has(f.range.line)), elsewhere = findings.filter(f => !shown.has(f.range.line));
  return <>{severities.map(s => { const n = fresh.filter(f => f.severity === s).length; return n > 0 && <SeverityMark key={s} of={s} text={` ${n}`} />; })}
    {elsewhere.length > 0 && <Link className="small soft" href={at.findings(repo.path, { ref: sha, path: file.path })}>{w.file.elsewhere(elsewhere.length)}</Link>}</>;
}

/** `line` is a sentence for above the diff. */
export function useCommitFindings(repo: Repo, sha: string | undefined): { line: ReactNode; notes?: DiffNotes } {
  const w = useWords(findingsWords), { data, reload } = useResource<FindingList>(sha ? paths.findings(repo.path, { ref: sha, files: 'changed', limit: kMost }) : null, [`repo:${repo.id}`]), may = mayAct(repo);
  useLookAgain(data?.scan?.state === 'queued' ? data.scan : undefined, reload);
  const notes = useMemo<DiffNotes | undefined>(() => {
    if (!data?.items.length || !sha) return undefined;
    const files = new Map(byFile(data.items).map(g => [g.path, { all: g.findings, lines: byLine(g.findings) }])), acting: Acting = { repo: repo.path, refName: sha, may, done: reload };
    return {
      under: (path, line) => {
        const own = files.get(path)?.lines.get(line); if (!own) return null;
        const fresh = own.filter(f => f.fresh);
        return <div className="line-note" role="group" aria-label={w.file.noteOf(line)}>{fresh.map(f => <FindingNote key={f.fingerprint} finding={f} acting={acting} />)}<Known findings={own.filter(f => !f.fresh)} acting={acting} /></div>;
      },
      head: file => { const own = files.get(file.path); return own ? <FileHead file={file} findings={own.all} repo={repo} sha={sha} /> : null; },
    };
  }, [data, sha, repo, may, reload, w]);
  if (!data || !sha) return { line: null };
  const fresh = data.items.filter(f => f.fresh).length;
  const line = <section className="stack commit-scan" aria-label={w.scan.title}><div className="row"><ScanState scan={data.scan} />{data.scan?.state === 'done' && <><span className="soft">{w.counts.fresh} <b>{fresh}</b> · {w.known} <b>{data.items.length - fresh}</b></span><Link className="small" href={at.findings(repo.path, { ref: sha })}>{w.file.all}</Link></>}
    {data.next && <span className="soft small">{w.file.cut(kMost)}</span>}</div><NotScanned repo={repo} refName={sha} scan={data.scan} done={reload} /></section>;
  return { line, notes };
}
