// What the pages work out from a list of findings. Pure.
import type { Kind } from '../base/states';
import type { Counts, Finding, LineCount, RedLine, RuleCount, Scan, Severity } from './api';

export const severities = ['blocker', 'critical', 'major'] as const satisfies readonly Severity[];
export const severityKind: Record<Severity, Kind> = { blocker: 'bad', critical: 'wait', major: 'idle' };
export const total = (c: Counts) => c.blocker + c.critical + c.major;
export const worst = (findings: { severity: Severity }[]): Severity => severities.find(s => findings.some(f => f.severity === s)) ?? 'major';
/** The pattern of the limits in .sampan/scan.yaml. */
export const kEveryBranch = '**';
export const isCrossed = (line: LineCount) => line.count > line.most;

export type Group = { path: string; findings: Finding[] };
/** In the order in which the files come. */
export function byFile(findings: Finding[]): Group[] {
  const groups = new Map<string, Finding[]>();
  for (const f of findings) { const group = groups.get(f.path); if (group) group.push(f); else groups.set(f.path, [f]); }
  return [...groups].map(([path, own]) => ({ path, findings: own }));
}
/** By the line where they begin; of a line the worst first. */
export function byLine(findings: Finding[]): Map<number, Finding[]> {
  const lines = new Map<number, Finding[]>();
  for (const f of findings) lines.set(f.range.line, [...(lines.get(f.range.line) ?? []), f]);
  for (const own of lines.values()) own.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  return lines;
}

export const standings = ['open', 'fresh', 'dismissed', 'all'] as const;
export type Standing = typeof standings[number];
export type Filters = { files: 'history' | ''; standing: Standing; severity: Severity | ''; engine: string; rule: string; path: string };
const one = <T extends string>(words: readonly T[], text: string | null): T | undefined => words.find(w => w === text);
/** An address may say anything: a word that is none of the known ones is left out. */
export function filtersOf(search: URLSearchParams): Filters {
  return { files: one(['history'] as const, search.get('files')) ?? '', standing: one(standings, search.get('standing')) ?? 'open', severity: one(severities, search.get('severity')) ?? '', engine: search.get('engine') ?? '', rule: search.get('rule') ?? '', path: search.get('path') ?? '' };
}
/** The address with that filter; one that is not in force leaves no trace. */
export function withFilter(search: URLSearchParams, key: keyof Filters, value: string): URLSearchParams {
  const next = new URLSearchParams(search);
  if (!value || (key === 'standing' && value === 'open')) next.delete(key); else next.set(key, value);
  return next;
}
/** Where to look is not a filter: it chooses another list. */
export const isFiltered = (f: Filters) => f.standing !== 'open' || !!(f.severity || f.engine || f.rule || f.path);

export const enginesOf = (rules: RuleCount[], chosen: string) => [...new Set([...rules.map(r => r.engine), ...(chosen ? [chosen] : [])])].sort();
/** The rules to choose from: those of the engine and severity that are chosen, and the chosen one in any case. Two engines may have a rule of one name. */
export function rulesOf(rules: RuleCount[], { engine, severity, rule }: Filters): { rule: string; count?: number }[] {
  const fitting: { rule: string; count?: number }[] = [];
  for (const r of rules.filter(r => (!engine || r.engine === engine) && (!severity || r.severity === severity))) {
    const same = fitting.find(f => f.rule === r.rule);
    if (same) same.count = (same.count ?? 0) + r.count; else fitting.push({ rule: r.rule, count: r.count });
  }
  return rule && !fitting.some(r => r.rule === rule) ? [...fitting, { rule }] : fitting;
}

export type Trend = { scans: Scan[]; series: Record<Severity, number[]> };
/** Done scans, oldest first. */
export function trendOf(newestFirst: Scan[]): Trend {
  const scans = newestFirst.filter(s => s.state === 'done').reverse(), of = (s: Severity) => scans.map(scan => scan.found[s]);
  return { scans, series: { blocker: of('blocker'), critical: of('critical'), major: of('major') } };
}
/** The difference of the last two: "+2", "−1", or '' when there is none. */
export function change(values: number[]): string {
  const by = values.length < 2 ? 0 : values[values.length - 1] - values[values.length - 2];
  return by === 0 ? '' : by > 0 ? `+${by}` : `−${-by}`;
}

/** The end of a dismissal that begins now, as the server counts it; null when it would take none. */
export const kMostDays = 366;
export const untilOf = (days: number, now: number) => Number.isInteger(days) && days >= 1 && days <= kMostDays ? new Date(now + days * 86_400_000).toISOString() : null;

/** Rows of the form as red lines, in their order. */
export function linesOf(form: FormData, rows: number[]): RedLine[] {
  return rows.map(row => ({ branch: String(form.get(`branch-${row}`)).trim(), severity: form.get(`severity-${row}`) as RedLine['severity'], scope: form.get(`scope-${row}`) as RedLine['scope'], most: Number(form.get(`most-${row}`)) }));
}

/** Lines of the new file that a diff shows. */
export function shownLines(hunks: { lines: { new?: number | null }[] }[]): Set<number> {
  const shown = new Set<number>();
  for (const hunk of hunks) for (const line of hunk.lines) if (line.new) shown.add(line.new);
  return shown;
}
