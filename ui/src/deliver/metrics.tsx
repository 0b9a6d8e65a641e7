import { lazy, Suspense, useMemo } from 'react';
import { bytes, milliseconds, percent, rate } from '../base/format';
import { ErrorNote, Section, Skeleton } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { paths, type App, type MetricsSeries } from './api';
import { deliverWords } from './words';

const Chart = lazy(() => import('../base/chart'));
type Measure = { title: string; pick: (p: MetricsSeries['points'][number]) => number | null; format: (n: number) => string; axis?: (n: number) => string; state: 'run' | 'bad' | 'idle' };

function One({ series, measure }: { series: MetricsSeries; measure: Measure }) {
  const w = useWords(deliverWords).app;
  const { times, values } = useMemo(() => ({ times: series.points.map(p => Date.parse(p.at) / 1000), values: series.points.map(measure.pick) }), [series, measure.title]);
  const now = values[values.length - 1] ?? null, highest = values.reduce<number | null>((most, v) => v === null ? most : Math.max(most ?? 0, v), null), say = (n: number | null) => n === null ? '–' : measure.format(n), drawn = useMemo(() => [{ label: measure.title, values, state: measure.state }], [values, measure.title, measure.state]);
  return <figure className="card measure"><figcaption><span className="strong">{measure.title}</span><span className="soft small">{w.now} <b>{say(now)}</b> · {w.highest} <b>{say(highest)}</b></span></figcaption>
    <Suspense fallback={<div className="chart" />}><Chart times={times} series={drawn} format={measure.axis ?? measure.format} label={`${w.metricsOf(measure.title)}: ${w.now} ${say(now)}, ${w.highest} ${say(highest)}`} /></Suspense></figure>;
}

export function Metrics({ app }: { app: App }) {
  const words = useWords(deliverWords), w = words.app, { data, error, loading } = useResource<MetricsSeries>(paths.metrics(app.environment, app.name, 30), [`app:${app.id}`]);
  const measures: Measure[] = [
    { title: words.apps.rps, pick: p => p.rps, format: rate, state: 'run' }, { title: words.apps.errors, pick: p => p.errors, format: rate, state: 'bad' }, { title: w.p95Title, pick: p => p.p95_ms ?? null, format: milliseconds, axis: n => Number.isInteger(n) ? `${n} ms` : '', state: 'run' },
    { title: words.apps.cpu, pick: p => p.cpu_percent, format: percent, state: 'idle' }, { title: words.apps.memory, pick: p => p.memory_bytes, format: bytes, state: 'idle' }];
  return <Section title={w.metrics}><ErrorNote error={error} />{loading && <Skeleton what={w.metrics} rows={3} />}
    {data && (data.points.length ? <div className="measures">{measures.map(m => <One key={m.title} series={data} measure={m} />)}</div> : <p className="soft">{w.noMetrics}</p>)}</Section>;
}
