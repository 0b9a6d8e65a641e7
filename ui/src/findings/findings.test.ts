import { expect, test } from 'vitest';
import type { Finding, Scan, Severity } from './api';
import { byFile, byLine, change, enginesOf, filtersOf, isFiltered, linesOf, rulesOf, shownLines, trendOf, untilOf, withFilter, worst } from './standing';

const f = (path: string, line: number, severity: Severity) => ({ path, severity, fingerprint: `${path}:${line}:${severity}`, range: { line, column: 1, end_line: line, end_column: 2 } }) as Finding;
const scan = (commit: string, blocker: number, state: Scan['state'] = 'done') => ({ commit, state, found: { blocker, critical: 1, major: 0 } }) as Scan;

test('findings: files keep their order, also when a page splits one', () => {
  expect(byFile([f('b', 1, 'major'), f('a', 2, 'major'), f('b', 9, 'blocker')]).map(g => [g.path, g.findings.length])).toEqual([['b', 2], ['a', 1]]);
});
test('findings: the worst of a line comes first and names its mark', () => {
  const own = byLine([f('a', 3, 'major'), f('a', 3, 'blocker'), f('a', 3, 'critical'), f('a', 4, 'major')]);
  expect(own.get(3)!.map(x => x.severity)).toEqual(['blocker', 'critical', 'major']); expect([...own.keys()]).toEqual([3, 4]);
  expect(worst([f('a', 1, 'major'), f('a', 1, 'critical')])).toBe('critical');
});
test('filters: an address may say anything, and the default leaves no trace', () => {
  expect(filtersOf(new URLSearchParams('standing=opn&severity=huge&rule=R'))).toEqual({ files: '', standing: 'open', severity: '', engine: '', rule: 'R', path: '' });
  expect(filtersOf(new URLSearchParams('files=history')).files).toBe('history'); expect(filtersOf(new URLSearchParams('files=changed')).files).toBe(''); expect(isFiltered(filtersOf(new URLSearchParams('files=history')))).toBe(false);
  const search = new URLSearchParams('ref=main&standing=fresh');
  expect(withFilter(search, 'standing', 'open').toString()).toBe('ref=main'); expect(withFilter(search, 'severity', 'major').get('severity')).toBe('major'); expect(withFilter(search, 'standing', 'dismissed').get('ref')).toBe('main');
  expect(search.get('standing')).toBe('fresh');
  expect(isFiltered(filtersOf(new URLSearchParams('ref=x')))).toBe(false); expect(isFiltered(filtersOf(new URLSearchParams('path=src')))).toBe(true);
});
test('filters: a rule that two engines have is one choice, and both count', () => {
  const rules = [{ engine: 'ESLint', rule: 'no-eval', severity: 'critical' as const, count: 3 }, { engine: 'Semgrep OSS', rule: 'no-eval', severity: 'major' as const, count: 2 }];
  expect(rulesOf(rules, filtersOf(new URLSearchParams()))).toEqual([{ rule: 'no-eval', count: 5 }]); expect(enginesOf(rules, '')).toEqual(['ESLint', 'Semgrep OSS']);
});
test('filters: rules are those of the chosen engine, and a chosen one never leaves the list', () => {
  const rules = [{ engine: 'p3c', rule: 'A', severity: 'major' as const, count: 3 }, { engine: 'secrets', rule: 'B', severity: 'blocker' as const, count: 1 }], filters = filtersOf(new URLSearchParams('engine=secrets&rule=C'));
  expect(rulesOf(rules, filters)).toEqual([{ rule: 'B', count: 1 }, { rule: 'C' }]); expect(enginesOf(rules, 'packages')).toEqual(['p3c', 'packages', 'secrets']);
});
test('trend: done scans, oldest first, with the change of the last', () => {
  const { scans, series } = trendOf([scan('c', 1), scan('x', 9, 'failed'), scan('b', 3), scan('a', 2)]);
  expect(scans.map(s => s.commit)).toEqual(['a', 'b', 'c']); expect(series.blocker).toEqual([2, 3, 1]);
  expect([change(series.blocker), change([1, 4]), change(series.critical), change([5])]).toEqual(['−2', '+3', '', '']);
});
test('dismissal: its end is whole days from now, and the server would take no other', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(untilOf(90, now)).toBe('2026-04-01T00:00:00.000Z'); expect([0, 1.5, 367, NaN].map(d => untilOf(d, now))).toEqual([null, null, null, null]);
});
test('red lines: the rows that are left, in their order', () => {
  const form = new FormData();
  for (const [row, branch] of [[0, 'gone'], [1, ' release/* '], [4, 'main']] as const) { form.set(`branch-${row}`, branch); form.set(`severity-${row}`, 'critical'); form.set(`scope-${row}`, 'fresh'); form.set(`most-${row}`, '7'); }
  expect(linesOf(form, [1, 4])).toEqual([{ branch: 'release/*', severity: 'critical', scope: 'fresh', most: 7 }, { branch: 'main', severity: 'critical', scope: 'fresh', most: 7 }]);
});
test('diff: lines of the new file that are shown, deleted ones are none', () => { expect([...shownLines([{ lines: [{ new: 1 }, { new: null }, {}] }, { lines: [{ new: 40 }] }])]).toEqual([1, 40]); });
