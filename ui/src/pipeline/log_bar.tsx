import { ArrowDownToLine, ArrowUpToLine, ChevronDown, ChevronUp, FileText, FoldVertical, WrapText, type LucideIcon } from 'lucide-react';
import { count } from '../base/format';
import { Button, State } from '../base/parts';
import { useWords } from '../base/settings';
import type { Found } from './use_log_search';
import { pipelineWords } from './words';

type Tool = { label: string; Icon: LucideIcon; pressed?: boolean; act: () => void };
type Props = { raw: string; total: number; live: boolean; broken: boolean; text: string; setText: (text: string) => void; found: Found | null; match: number; step: (by: number) => void; tools: Tool[] };

function Matches({ found, match, step }: Pick<Props, 'found' | 'match' | 'step'>) {
  const w = useWords(pipelineWords).log;
  const say = found?.error ?? (found?.lines.length ? w.matches(match, count(found.lines.length)) + (found.done ? '' : '…') : found?.done ? w.noMatch : w.searching);
  return <><span className="small" role="status">{say}</span>
    <Button look="quiet" className="icon-only" aria-label={w.previous} onClick={() => step(-1)}><ChevronUp size={16} aria-hidden /></Button>
    <Button look="quiet" className="icon-only" aria-label={w.next} onClick={() => step(1)}><ChevronDown size={16} aria-hidden /></Button></>;
}

export function useLogTools(acts: { fold: (() => void) | null; folded: boolean; wrap: boolean; toggleWrap: () => void; toTop: () => void; follow: boolean; toEnd: () => void }): Tool[] {
  const w = useWords(pipelineWords).log;
  return [
    ...(acts.fold ? [{ label: w.foldAll, Icon: FoldVertical, pressed: acts.folded, act: acts.fold }] : []),
    { label: w.wrap, Icon: WrapText, pressed: acts.wrap, act: acts.toggleWrap }, { label: w.top, Icon: ArrowUpToLine, act: acts.toTop }, { label: w.follow, Icon: ArrowDownToLine, pressed: acts.follow, act: acts.toEnd }];
}

export function LogBar({ raw, total, live, broken, text, setText, found, match, step, tools }: Props) {
  const w = useWords(pipelineWords).log;
  return <div className="log-bar">
    <input type="search" className="log-search" placeholder={w.search} aria-label={w.search} value={text} onChange={e => setText(e.target.value)}
      onKeyDown={e => { e.stopPropagation(); if (e.key === 'Enter') step(e.shiftKey ? -1 : 1); if (e.key === 'Escape') setText(''); }} />
    {text.trim() && <Matches found={found} match={match} step={step} />}
    <span className="log-count small">{broken ? <span role="status">{w.lost}</span> : <>{live && <State of="running" word={w.live} />} {w.lines(count(total))}</>}</span>
    {tools.map(t => <Button key={t.label} look="quiet" className="icon-only" aria-label={t.label} title={t.label} aria-pressed={t.pressed} onClick={t.act}><t.Icon size={16} aria-hidden /></Button>)}
    <a className="button button-quiet icon-only" href={raw} target="_blank" rel="noreferrer" aria-label={w.raw} title={w.raw}><FileText size={16} aria-hidden /></a>
  </div>;
}
