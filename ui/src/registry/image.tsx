import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Dialog, FormDialog } from '../base/dialog';
import { bytes, shortDigest } from '../base/format';
import type { Page } from '../base/http';
import { Ago, Button, Command, ErrorNote, PageHead, Section, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { at, paths as deliver, type App } from '../deliver/api';
import { Journey } from '../web/journey';
import { deleteTag, paths, type ImageTag } from './api';
import { FindingsOfImage, ScanOfTag } from './image_findings';
import { registryWords } from './words';

export default function ImagePage() {
  const [path] = useLocation(), name = decodeURIComponent(path.replace(/^\/images\//, '')), w = useWords(registryWords), [shown, setShown] = useState<ImageTag>(), [asked, setAsked] = useState<ImageTag>();
  const { data, error, loading, reload } = useResource<Page<ImageTag>>(paths.tags(name), ['images']), apps = useResource<Page<App>>(deliver.applications, ['apps']);
  const uses = (t: ImageTag) => apps.data?.items.filter(a => a.release?.digest === t.digest) ?? [], used = data?.items.flatMap(uses)[0];
  return <div className="page"><PageHead title={name} crumbs={[{ text: w.title, to: '/images' }]} />{used?.release && <Journey repo={used.release.repo || used.repo} sha={used.release.commit} />}
    <ErrorNote error={error} retry={reload} />{loading && <Skeleton what={name} />}
    {data && <Section title={w.list}><Table caption={name} rows={data.items} rowKey={t => t.tag} columns={[
      { head: w.tag, main: true, cell: t => <div><span className="strong">{t.tag}</span><div className="faint small mono">{shortDigest(t.digest)}</div></div> },
      { head: w.used, wide: true, cell: t => uses(t).length ? uses(t).map(a => <Link key={a.id} href={at.app(a)}>{a.name}, {a.environment} r{a.release!.number} </Link>) : <span className="faint">{w.nobody}</span> },
      { head: w.scan.title, cell: t => <ScanOfTag tag={t} show={() => setAsked(t)} /> },
      { head: w.layers, numeric: true, cell: t => <Button look="quiet" aria-label={`${t.layers.length} · ${w.ofTag(t.tag)}`} onClick={() => setShown(t)}>{t.layers.length}</Button> }, { head: w.size, numeric: true, cell: t => bytes(t.size) },
      { head: w.pushed, numeric: true, cell: t => <><Ago at={t.updated_at} /> <span className="faint">{t.pushed_by}</span></> },
      { head: '', numeric: true, cell: t => <FormDialog trigger={w.remove} triggerLook="quiet" triggerLabel={`${w.remove}: ${t.tag}`} title={`${w.remove}: ${name}:${t.tag}`} hint={w.removeHint(t.tag)} submit={w.remove} look="danger" act={async () => { await deleteTag(name, t.tag); reload(); }} /> }]} /></Section>}
    <Command text={`podman pull ${location.host}/${name}:${data?.items[0]?.tag ?? 'latest'}`} label={w.pull} />
    {asked && <FindingsOfImage image={name} tag={asked} close={() => setAsked(undefined)} />}
    {shown && <Dialog open onOpenChange={open => { if (!open) setShown(undefined); }} title={w.ofTag(shown.tag)} wide><ol className="stack" style={{ gap: 8 }}>{shown.layers.map((l, i) => <li key={i}><div className="row"><span className="mono small">{shortDigest(l.digest)}</span><span className="strong">{bytes(l.size)}</span></div></li>)}</ol></Dialog>}
  </div>;
}
