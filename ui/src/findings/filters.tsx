import { useEffect, useState } from 'react';
import { Button, Choice } from '../base/parts';
import { useWords } from '../base/settings';
import type { RuleCount } from './api';
import { enginesOf, isFiltered, rulesOf, severities, standings, type Filters as Wanted } from './standing';
import { findingsWords } from './words';

const kTypingMs = 300;
function PathField({ value, change }: { value: string; change: (value: string) => void }) {
  const w = useWords(findingsWords).filter, [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => { if (text === value) return; const timer = setTimeout(() => change(text), kTypingMs); return () => clearTimeout(timer); }, [text]);   // only typing starts the wait
  return <input type="search" name="path" aria-label={w.path} placeholder={w.path} value={text} onChange={e => setText(e.target.value)} autoCapitalize="none" spellCheck={false} />;
}

/** The filters of the list; they live in the address. */
export function FilterBar({ filters, rules, past, change, clear }: { filters: Wanted; rules: RuleCount[]; past: number; change: (key: keyof Wanted, value: string) => void; clear: () => void }) {
  const words = useWords(findingsWords), w = words.filter;
  return <div className="toolbar finding-filters" role="group" aria-label={w.title}>
    <Choice label={w.standing} value={filters.standing} options={standings.map(s => [s, w.standings[s]])} onChange={v => change('standing', v)} />
    <select name="files" aria-label={w.files} value={filters.files} onChange={e => change('files', e.target.value)}><option value="">{w.here}</option><option value="history">{w.history(past)}</option></select>
    <select name="severity" aria-label={w.severity} value={filters.severity} onChange={e => change('severity', e.target.value)}><option value="">{w.anySeverity}</option>{severities.map(s => <option key={s} value={s}>{words.severity[s]}</option>)}</select>
    <select name="engine" aria-label={w.engine} value={filters.engine} onChange={e => change('engine', e.target.value)}><option value="">{w.anyEngine}</option>{enginesOf(rules, filters.engine).map(e => <option key={e} value={e}>{e}</option>)}</select>
    <select name="rule" aria-label={w.rule} className="rule-select" value={filters.rule} onChange={e => change('rule', e.target.value)}><option value="">{w.anyRule}</option>{rulesOf(rules, filters).map(r => <option key={r.rule} value={r.rule}>{r.rule}{r.count === undefined ? '' : ` (${r.count})`}</option>)}</select>
    <PathField value={filters.path} change={v => change('path', v)} />
    {isFiltered(filters) && <Button look="quiet" onClick={clear}>{w.clear}</Button>}
  </div>;
}
