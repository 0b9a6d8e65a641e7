// The tools whose results were handed in for the commit: what each found, who brought it and when.
import { count } from '../base/format';
import { Ago, ErrorNote, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { paths, type HandedIn } from './api';
import { severities, total } from './standing';
import { findingsWords } from './words';

export function OtherTools({ repo, commit }: { repo: string; commit: string }) {
  const words = useWords(findingsWords), w = words.tools, { data, error, reload } = useResource<{ items: HandedIn[] }>(paths.sarif(repo, commit));
  if (error) return <ErrorNote error={error} retry={reload} />;
  if (!data?.items.length) return null;
  return <details className="gaps"><summary className="soft" data-act="tools">{w.title(data.items.map(t => t.tool).join(', '))}</summary>
    <Table caption={w.caption} rows={data.items} rowKey={t => t.tool} columns={[
      { head: w.tool, main: true, cell: t => t.tool }, ...severities.map(s => ({ head: words.severity[s], numeric: true, cell: (t: HandedIn) => count(t.found[s]) })),
      { head: words.counts.fresh, numeric: true, cell: t => count(total(t.fresh)) }, { head: w.suppressed, numeric: true, cell: t => count(t.suppressed) },
      { head: w.by, cell: t => <>{t.by} <span className="faint"><Ago at={t.at} /></span></> }]} /></details>;
}
