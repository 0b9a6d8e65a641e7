import { Link } from 'wouter';
import { bytes, count } from '../base/format';
import type { Page } from '../base/http';
import { Ago, Command, Empty, ErrorNote, PageHead, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { paths, type ImageRepo } from './api';
import { registryWords } from './words';

export default function Images() {
  const w = useWords(registryWords), { data, error, loading, reload } = useResource<Page<ImageRepo>>(paths.images, ['images', 'runs']);
  return <div className="page"><PageHead title={w.title} /><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} />}
    {data && (data.items.length ? <Table caption={w.title} rows={data.items} rowKey={i => i.name} columns={[{ head: w.image, main: true, cell: i => <Link href={`/images/${i.name}`}>{i.name}</Link> }, { head: w.tags, numeric: true, cell: i => count(i.tags) }, { head: w.size, numeric: true, cell: i => bytes(i.size) }, { head: w.pulls, numeric: true, cell: i => count(i.pulls) }, { head: w.changed, numeric: true, cell: i => <Ago at={i.updated_at} /> }]} />
      : <Empty title={w.empty}><p className="soft">{w.teach}</p><Command text={`podman login ${location.host}\npodman push company/hello ${location.host}/company/hello:1`} label={w.title} /></Empty>)}</div>;
}
