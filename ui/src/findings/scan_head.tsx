// What is known of the commit: its scan, the counts, what could not be looked at, and the verdict by the red lines.
import { Link } from 'wouter';
import { count, inLanguage } from '../base/format';
import { Ago, Button, ErrorNote, Facts, Section, Skeleton, State, Table } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { at as git, type Repo } from '../git/api';
import { at, paths, scanNow, type FindingList, type Gap, type LineCount, type Scan, type Verdict } from './api';
import { mayAct, SeverityMark } from './finding_note';
import { isCrossed, kEveryBranch, severities } from './standing';
import { OtherTools } from './other_tools';
import { useReloadOn } from './use_findings';
import { findingsWords } from './words';

export function ScanState({ scan }: { scan: Scan | null }) {
  const w = useWords(findingsWords).scan;
  if (!scan) return <State of="pending" word={w.absent} live />;
  return <State of={scan.state} kind={scan.state === 'queued' ? 'run' : undefined} word={w[scan.state]} live />;
}
/** Why nothing is known of a commit, and the way on. Nothing for a done scan. */
export function NotScanned({ repo, refName, scan, done }: { repo: Repo; refName: string; scan: Scan | null; done: () => void }) {
  const w = useWords(findingsWords).scan, locale = useLocale(), act = useAct(async () => { await scanNow(repo.path, refName); done(); });
  if (scan?.state === 'done') return null;
  if (scan?.state === 'queued') return <p className="soft">{w.queuedWhy}</p>;
  return <>{scan ? <><ErrorNote>{scan.reason && inLanguage(scan.reason, locale)}</ErrorNote><p className="soft">{w.failedWhy}</p></> : <p className="soft">{w.absentWhy}</p>}
    {mayAct(repo) && <div><Button look="primary" busy={act.busy} data-act="scan-now" onClick={() => void act.run()}>{scan ? w.again : w.now}</Button></div>}<ErrorNote error={act.error} /></>;
}

function Gaps({ repo, refName, gaps }: { repo: Repo; refName: string; gaps: Gap[] }) {
  const w = useWords(findingsWords).gaps, locale = useLocale();
  if (!gaps.length) return null;
  return <details className="gaps"><summary><State of="waiting" word={w.title(gaps.length)} /></summary><p className="soft small">{w.why}</p>
    <Table caption={w.title(gaps.length)} rows={gaps.map((gap, id) => ({ ...gap, id }))} rowKey={g => g.id} columns={[
      { head: w.file, main: true, cell: g => g.path ? <Link className="mono small" href={at.place(repo.path, refName, g.path, g.line)}>{g.path}{g.line > 0 ? `:${g.line}` : ''}</Link> : <span className="soft">–</span> },
      { head: w.reason, wide: true, cell: g => <>{g.rule && <span className="mono small">{g.rule} </span>}{inLanguage(g.reason, locale)}</> }]} /></details>;
}

/** `past`: the list is of the commit's history, so its counts are not the commit's. */
export function ScanHead({ repo, refName, list, past, reload }: { repo: Repo; refName: string; list: FindingList; past: boolean; reload: () => void }) {
  const words = useWords(findingsWords), w = words.scan, { scan } = list;
  return <section className="card stack scan-head" aria-label={w.title}>
    <div className="row"><ScanState scan={scan} /><Link href={git.commit(repo.path, list.commit)} className="mono small" aria-label={`${w.of} ${list.commit.slice(0, 8)}`}>{list.commit.slice(0, 8)}</Link>{scan?.finished_at && <span className="soft small"><Ago at={scan.finished_at} /></span>}</div>
    <NotScanned repo={repo} refName={refName} scan={scan} done={reload} />
    {scan?.state === 'done' && <Facts facts={[
      ...(past ? [] : [...severities.map(s => [words.severity[s], <b key={s}>{count(list.open[s])}</b>] as [string, React.ReactNode]),
        [words.counts.fresh, <b key="fresh">{count(list.fresh)}</b>] as [string, React.ReactNode], [words.counts.dismissed, count(list.dismissed)] as [string, React.ReactNode]]),
      ...(list.past > 0 && !past ? [[words.counts.past, <Link key="past" href={at.findings(repo.path, { ref: refName, files: 'history' })} className="bad-text">{count(list.past)}</Link>] as [string, React.ReactNode]] : []),
      [w.took, w.ms(scan.took_ms < 10 ? scan.took_ms.toFixed(1) : count(Math.round(scan.took_ms)))], [w.read, <span key="read" title={w.readHint}>{count(scan.files)}</span>]]} />}
    <Gaps repo={repo} refName={refName} gaps={list.gaps} />
    {scan?.state === 'done' && !past && <OtherTools repo={repo.path} commit={list.commit} />}
  </section>;
}

const kinds: Record<Verdict['state'], string> = { passed: 'succeeded', failed: 'failed', unknown: 'waiting' };
function Line({ line, repo, refName }: { line: LineCount; repo: Repo; refName: string }) {
  const w = useWords(findingsWords).verdict, over = isCrossed(line);
  return <li className="red-line"><SeverityMark of={line.severity} /><span className="soft">{w.scope[line.scope]}</span>{line.branch === kEveryBranch ? <span className="soft">{w.everyBranch}</span> : <span className="mono small">{line.branch}</span>}
    <Link href={at.findings(repo.path, { ref: refName, severity: line.severity, standing: line.scope === 'fresh' ? 'fresh' : undefined })} className={over ? 'bad-text' : undefined}>{w.most(line.count, line.most)}</Link>{over && <State of="failed" word={w.failed} bare />}</li>;
}
/** The verdict of the branch's red lines over the commit, each line with what stands against it. */
export function RedLineVerdict({ repo, refName, branch, version }: { repo: Repo; refName: string; branch: string; version: string }) {
  const w = useWords(findingsWords).verdict, locale = useLocale(), { data, error, loading, reload } = useResource<Verdict>(paths.gate(repo.path, refName, branch));
  useReloadOn(version, reload);
  return <Section title={w.title(branch)} aside={repo.my_role === 'admin' && <Link className="button button-quiet" href={`${git.repo(repo.path)}/settings#red-lines`}>{w.change}</Link>}>
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title(branch)} rows={1} />}
    {data && <div className="card stack verdict"><div className="row"><State of={kinds[data.state]} word={data.state === 'passed' && !data.lines.length ? w.none : w[data.state]} live />
      {(data.state !== 'passed' || data.lines.length > 0) && <span className="soft">{inLanguage(data.reason, locale)}</span>}</div>
      {data.lines.length > 0 && <ul>{data.lines.map((line, i) => <Line key={i} line={line} repo={repo} refName={refName} />)}</ul>}</div>}
  </Section>;
}
