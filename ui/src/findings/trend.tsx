// How a branch's counts went over its last scans: a picture, the same in a sentence, and on request as a table.
import { lazy, Suspense, useMemo } from 'react';
import { Link } from 'wouter';
import { count } from '../base/format';
import { Ago, Section, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { at as git } from '../git/api';
import { paths, type Counts, type Scan } from './api';
import { SeverityMark } from './finding_note';
import { change, severities, severityKind, total, trendOf } from './standing';
import { useReloadOn } from './use_findings';
import { findingsWords } from './words';

const Chart = lazy(() => import('../base/chart'));
const dashes = { blocker: undefined, critical: [7, 3], major: [2, 3] };
const whole = (n: number) => Number.isInteger(n) ? count(n) : '';

export function FindingsTrend({ repo, branch, version }: { repo: string; branch: string; version: string }) {
  const words = useWords(findingsWords), w = words.trend, { data, reload } = useResource<{ items: Scan[] }>(paths.trend(repo, branch));
  useReloadOn(version, reload);
  const { scans, series } = useMemo(() => trendOf(data?.items ?? []), [data]), drawn = useMemo(() => severities.map(s => ({ label: words.severity[s], values: series[s], state: severityKind[s], dash: dashes[s] })), [series, words]);
  const places = useMemo(() => scans.map((_, i) => i), [scans]);
  if (scans.length < 2) return null;
  const say = (c: Counts) => w.counts(c.blocker, c.critical, c.major), first = scans[0], last = scans[scans.length - 1];
  return <Section title={w.title(branch)}><figure className="card trend"><figcaption>{severities.map(s => <span key={s} className="row small"><SeverityMark of={s} /><span className={`dash dash-${s}`} aria-hidden /><span>{w.now(last.found[s], change(series[s]) || w.same)}</span></span>)}</figcaption>
    <Suspense fallback={<div className="chart" />}><Chart times={places} series={drawn} format={whole} tick={x => scans[x]?.commit.slice(0, 8) ?? ''} label={w.label(scans.length, say(first.found), say(last.found))} /></Suspense>
    <p className="faint small">{w.note}</p>
    <details><summary className="soft small">{w.table}</summary><Table caption={w.title(branch)} rows={[...scans].reverse()} rowKey={s => s.commit} columns={[
      { head: w.commit, main: true, cell: s => <Link className="mono small" href={git.commit(repo, s.commit)}>{s.commit.slice(0, 8)}</Link> },
      ...severities.map(s => ({ head: words.severity[s], numeric: true, cell: (scan: Scan) => count(scan.found[s]) })),
      { head: words.counts.fresh, numeric: true, cell: s => count(total(s.fresh)) }, { head: w.when, numeric: true, cell: s => <Ago at={s.created_at} /> }]} /></details>
  </figure></Section>;
}
