// The numbers a job's steps reported, against their red lines and against the runs before.
import { lazy, Suspense, useMemo } from 'react';
import { State, Table } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import type { Metric } from './api';
import { changeOf, figure, lineOf, sorted, standingOf, trendOf } from './metric';
import { pipelineWords } from './words';

const Chart = lazy(() => import('../base/chart'));

function Trend({ metric }: { metric: Metric }) {
  const w = useWords(pipelineWords).metrics, locale = useLocale(), values = useMemo(() => trendOf(metric), [metric]), say = (n: number) => figure(n, locale);
  const places = useMemo(() => values.map((_, i) => i), [values]), limit = metric.limit ?? null;
  const series = useMemo(() => [{ label: metric.name, values, state: 'run' as const }, ...(limit === null ? [] : [{ label: w.line, values: values.map(() => limit), state: 'bad' as const, dash: [3, 3] }])], [metric, values, limit, w]);
  if (values.length < 2) return <span className="faint">–</span>;
  return <div className="spark-cell"><Suspense fallback={<div className="chart chart-small" />}><Chart small times={places} series={series} format={say} label={w.trendOf(metric.name, values.length, say(values[0]), say(metric.value), say(Math.min(...values)), say(Math.max(...values))) + (limit === null ? '' : w.trendLine(lineOf(metric, locale)))} /></Suspense><span className="faint small">{w.runs(values.length)}</span></div>;
}

export function Metrics({ metrics }: { metrics: Metric[] }) {
  const w = useWords(pipelineWords).metrics, locale = useLocale(), steps = new Set(metrics.map(m => m.step));
  const line = (m: Metric) => { const standing = standingOf(m); return standing === 'none' ? <span className="faint">{w.noLine}</span> : <span className="metric-line"><span className="mono">{lineOf(m, locale)}</span> <State of={standing === 'met' ? 'succeeded' : 'failed'} word={w[standing]} /></span>; };
  return <Table caption={w.title} rows={sorted(metrics)} rowKey={m => `${m.step} ${m.name}`} columns={[
    { head: w.metric, main: true, cell: m => <><span className="mono">{m.name}</span>{steps.size > 1 && <> <span className="faint small">{m.step}</span></>}</> },
    { head: w.value, numeric: true, cell: m => <b>{figure(m.value, locale)}</b> }, { head: w.line, cell: line },
    { head: w.change, numeric: true, cell: m => changeOf(m, locale) || <span className="faint">{w.first}</span> }, { head: w.trend, cell: m => <Trend metric={m} /> }]} />;
}
