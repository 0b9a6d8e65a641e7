import { Link } from 'wouter';
import { Ago, Duration, State, Table, type Column } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import type { RunBrief } from './api';
import { reasonOf } from './reason';
import { pipelineWords } from './words';

export const shortRef = (ref: string) => ref.replace(/^refs\/(heads|tags)\//, '');

export function RunTable({ runs, withRepo }: { runs: RunBrief[]; withRepo?: boolean }) {
  const all = useWords(pipelineWords), w = all.runs, locale = useLocale();
  const columns: Column<RunBrief>[] = [
    { head: w.state, quiet: true, cell: r => <State of={r.state} live /> },
    { head: w.run, main: true, cell: r => <div className="grow"><Link href={`/runs/${r.id}`}>{r.title}</Link><div className="faint small">{withRepo && `${r.repo} · `}{r.pipeline} #{r.number}{r.reason && <> · <span className="soft">{reasonOf(r, locale)}</span></>}</div></div> },
    { head: w.ref, cell: r => <span className="mono small">{shortRef(r.ref)}</span> },
    { head: w.who, cell: r => <>{r.actor}<span className="faint small"> {(all.trigger as Record<string, string>)[r.trigger] ?? r.trigger}</span></> },
    { head: w.took, numeric: true, cell: r => <Duration seconds={r.duration_s} from={r.state === 'running' ? r.started_at ?? undefined : undefined} usual={r.state === 'running' ? r.usual_s : null} /> },
    { head: w.when, numeric: true, cell: r => <Ago at={r.started_at ?? r.created_at} /> },
  ];
  return <Table caption={w.title} columns={columns} rows={runs} rowKey={r => r.id} />;
}
