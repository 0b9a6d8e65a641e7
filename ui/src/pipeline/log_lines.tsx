// What a row of the log looks like: a line with its number and colours, or the head of a step.
import { ChevronDown, ChevronRight } from 'lucide-react';
import { memo, type MouseEvent } from 'react';
import { count } from '../base/format';
import { Duration, State } from '../base/parts';
import { useWords } from '../base/settings';
import { ansi } from './ansi';
import type { LogLine, Step } from './api';
import type { Fold } from './log_rows';
import { kRow } from './use_log_scroll';
import { pipelineWords } from './words';

const Text = memo(({ text }: { text: string }) => <>{ansi(text).map((p, i) => p.color === undefined && !p.bold && !p.dim && !p.underline ? p.text
  : <span key={i} className={`${p.color === undefined ? '' : `ansi-${p.color}`}${p.bold ? ' ansi-bold' : ''}${p.dim ? ' ansi-dim' : ''}${p.underline ? ' ansi-underline' : ''}`}>{p.text}</span>)}</>);

export function StepHead({ step, fold, top, toggle }: { step: Step; fold: Fold; top: number; toggle: (key: string) => void }) {
  const w = useWords(pipelineWords).log, name = step.name || step.key, Arrow = fold.folded ? ChevronRight : ChevronDown;
  return <button type="button" className="log-head" style={{ top, height: kRow }} aria-expanded={!fold.folded} onClick={() => toggle(step.key)}>
    <Arrow size={14} aria-hidden /><State of={step.state} bare /><span className="clip">{name}</span>
    <span className="log-faint">{step.started_at && step.finished_at && <Duration seconds={(Date.parse(step.finished_at) - Date.parse(step.started_at)) / 1000} />} {w.lines(count(fold.last - fold.first + 1))}</span></button>;
}

type LineProps = { n: number; line?: LogLine; top: number; rows: number; width?: number; look: { marked: boolean; hit: boolean; here: boolean }; mark: (event: MouseEvent, n: number) => void };
/** `width` is the width of the text in pixels when lines are wrapped. */
export function LineRow({ n, line, top, rows, width, look, mark }: LineProps) {
  const w = useWords(pipelineWords).log;
  const looks = `${width ? ' log-wrapped' : ''}${look.marked ? ' log-marked' : ''}${look.hit ? ' log-hit' : ''}${look.here ? ' log-here' : ''}`;
  return <div className={`log-row${looks}`} style={{ top, height: rows * kRow }}>
    <a href={`#L${n}`} className="log-number" aria-label={w.line(n)} onClick={e => mark(e, n)} tabIndex={-1}>{n}</a>
    <code style={width ? { width } : undefined}>{line ? <Text text={line.text} /> : <span className="log-faint">…</span>}</code></div>;
}
