import { Link } from 'wouter';
import { bytes, percent, rate } from '../base/format';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, PageHead, Skeleton, State, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { appKind } from '../base/states';
import { useResource } from '../base/use_resource';
import { at, paths, type App } from './api';
import { byEnvironment } from './order';
import { deliverWords, firstApp } from './words';

export function AppTable({ apps, caption, withEnvironment }: { apps: App[]; caption: string; withEnvironment?: boolean }) {
  const w = useWords(deliverWords).apps;
  return <Table caption={caption} rows={apps} rowKey={a => a.id} columns={[
    { head: w.app, main: true, cell: a => <Link href={at.app(a)}>{a.name}</Link> },
    ...(withEnvironment ? [{ head: w.environment, cell: (a: App) => a.environment }] : []),
    { head: w.health, cell: a => <State of={a.state} kind={appKind(a.state)} live /> },
    { head: w.version, cell: a => a.release ? `r${a.release.number}` : '–' },
    { head: w.instances, numeric: true, cell: a => w.of(a.instances.filter(i => i.state === 'ready').length, a.wanted) },
    { head: w.rps, numeric: true, cell: a => rate(a.metrics.requests_per_second) },
    { head: w.errors, numeric: true, cell: a => <span className={a.metrics.errors_per_second > 0 ? 'bad-text' : undefined}>{rate(a.metrics.errors_per_second)}</span> },
    { head: w.cpu, numeric: true, cell: a => percent(a.metrics.cpu_percent) },
    { head: w.memory, numeric: true, cell: a => bytes(a.metrics.memory_bytes) },
    { head: w.changed, numeric: true, cell: a => <Ago at={a.last_change_at} /> },
  ]} />;
}

export default function Applications() {
  const w = useWords(deliverWords).apps, { data, error, loading, reload } = useResource<Page<App>>(paths.applications, ['apps']);
  const apps = data && [...new Set(data.items.map(a => a.name))].sort().flatMap(n => byEnvironment(data.items.filter(a => a.name === n)));
  return <div className="page"><PageHead title={w.title} /><ErrorNote error={error} retry={reload} />
    {loading && <Skeleton what={w.title} rows={8} />}
    {apps?.length ? <AppTable apps={apps} caption={w.title} withEnvironment /> : apps && <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={firstApp} label=".sampan/app.yaml" /></Empty>}
  </div>;
}
