// The red lines of a repository, in its settings: read by all, drawn by its administrators.
import { useState } from 'react';
import { Button, Command, Empty, ErrorNote, Field, Section, Skeleton, Table } from '../base/parts';
import { useWords } from '../base/settings';
import { useAct, useResource } from '../base/use_resource';
import { drawLines, paths, type RedLine } from './api';
import { SeverityMark } from './finding_note';
import { linesOf, severities } from './standing';
import { findingsWords } from './words';
import './findings.css';

const kSample = '# .sampan/scan.yaml\nlimits: {blocker: 0, critical: 0, major: any}';
const scopes = ['all', 'fresh'] as const;
type Row = { id: number; line: RedLine };
const kFirst: RedLine = { branch: 'main', severity: 'blocker', scope: 'all', most: 0 };

function Form({ repo, lines, branch, reload }: { repo: string; lines: RedLine[]; branch: string; reload: () => void }) {
  const words = useWords(findingsWords), w = words.lines, [rows, setRows] = useState<Row[]>(() => lines.map((line, id) => ({ id, line }))), [last, setLast] = useState(lines.length), [saved, setSaved] = useState(false);
  const act = useAct(async (f: FormData) => { setSaved(false); await drawLines(repo, linesOf(f, rows.map(r => r.id))); setSaved(true); reload(); });
  return <form className="form" onSubmit={e => { e.preventDefault(); void act.run(new FormData(e.currentTarget)); }}>
    {rows.map(({ id, line }, i) => <fieldset key={id} className="card red-line-row"><legend className="hidden">{w.row(i + 1)}</legend>
      <Field label={w.branch}>{fid => <input id={fid} name={`branch-${id}`} defaultValue={line.branch} required maxLength={200} autoCapitalize="none" spellCheck={false} />}</Field>
      <Field label={w.severity}>{fid => <select id={fid} name={`severity-${id}`} defaultValue={line.severity}>{severities.map(s => <option key={s} value={s}>{words.severity[s]}</option>)}</select>}</Field>
      <Field label={w.scope}>{fid => <select id={fid} name={`scope-${id}`} defaultValue={line.scope}>{scopes.map(s => <option key={s} value={s}>{w.scopes[s]}</option>)}</select>}</Field>
      <Field label={w.most}>{fid => <input id={fid} name={`most-${id}`} type="number" min={0} required defaultValue={line.most} />}</Field>
      <Button look="quiet" aria-label={w.remove(line.branch)} onClick={() => { setSaved(false); setRows(rows.filter(r => r.id !== id)); }}>×</Button></fieldset>)}
    {rows.length > 0 && <p className="faint small">{w.branchHint}</p>}
    <ErrorNote error={act.error} /><div className="row"><Button data-act="add-line" onClick={() => { setSaved(false); setRows([...rows, { id: last, line: { ...kFirst, branch } }]); setLast(last + 1); }}>{w.add}</Button>
      {(rows.length > 0 || lines.length > 0) && <Button type="submit" look="primary" busy={act.busy} data-act="save-lines">{w.save}</Button>}<span role="status" className="soft">{saved && w.saved}</span></div></form>;
}

export function RedLines({ repo, branch, admin }: { repo: string; branch: string; admin: boolean }) {
  const words = useWords(findingsWords), w = words.lines, { data, error, loading, reload } = useResource<{ items: RedLine[] }>(paths.redLines(repo)), lines = data?.items;
  return <Section title={w.title} id="red-lines"><p className="soft">{w.hint}</p><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.title} rows={2} />}
    {lines?.length === 0 && <Empty title={w.none}><p className="soft">{w.noneTeach}</p><Command text={kSample} label={w.noneTeach} /></Empty>}
    {lines && (admin ? <Form repo={repo} lines={lines} branch={branch} reload={reload} /> : lines.length > 0 && <Table caption={w.title} rows={lines.map((line, id) => ({ ...line, id }))} rowKey={l => l.id} columns={[
      { head: w.branch, main: true, cell: l => <span className="mono">{l.branch}</span> }, { head: w.severity, cell: l => <SeverityMark of={l.severity} /> }, { head: w.scope, cell: l => w.scopes[l.scope] }, { head: w.most, numeric: true, cell: l => l.most }]} />)}</Section>;
}
