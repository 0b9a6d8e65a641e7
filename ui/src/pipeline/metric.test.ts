import { expect, test } from 'vitest';
import type { Metric } from './api';
import { changeOf, figure, lineOf, sorted, standingOf, trendOf } from './metric';
import { reasonOf } from './reason';

const m = (value: number, more: Partial<Metric> = {}): Metric => ({ step: 's', name: 'n', value, comparator: null, limit: null, crossed: false, before: [], ...more });

test('metrics: a red line is a sign and a limit, and a metric without one stands alone', () => {
  expect(lineOf(m(1, { comparator: 'LE', limit: 0 }), 'en')).toBe('≤ 0'); expect(lineOf(m(1, { comparator: 'GE', limit: 79.5 }), 'zh')).toBe('≥ 79.5'); expect(lineOf(m(1), 'en')).toBe('');
  expect([m(1, { comparator: 'LE', limit: 0, crossed: true }), m(0, { comparator: 'LE', limit: 0 }), m(3)].map(standingOf)).toEqual(['crossed', 'met', 'none']);
});
test('metrics: the change is against the run before, and no sum of fractions shows its error', () => {
  expect([changeOf(m(3, { before: [1, 9] }), 'en'), changeOf(m(1, { before: [3] }), 'en'), changeOf(m(0.1 + 0.2, { before: [0.3] }), 'en'), changeOf(m(5), 'en')]).toEqual(['+2', '−2', '0', '']);
  expect(figure(12345.6789, 'en')).toBe('12,345.679'); expect(trendOf(m(3, { before: [2, 1] }))).toEqual([1, 2, 3]);
});
test('metrics: crossed lines come first, the others in their order', () => {
  const names = sorted([m(1, { name: 'a' }), m(1, { name: 'b', comparator: 'LE', limit: 2 }), m(1, { name: 'c', comparator: 'LE', limit: 0, crossed: true }), m(1, { name: 'd' })]).map(x => x.name);
  expect(names).toEqual(['c', 'b', 'a', 'd']);
});
test('runs: a reason is told in the reader\'s language where it is known in both', () => {
  const crossed = { reason: 'step One: a is 3: the red line is <= 2', why: { zh: 'a 为 3，红线为 ≤ 2', en: 'step One: a is 3: the red line is <= 2' } };
  expect(reasonOf(crossed, 'zh')).toBe('a 为 3，红线为 ≤ 2'); expect(reasonOf(crossed, 'en')).toBe(crossed.reason); expect(reasonOf({ reason: 'exit code 6', why: null }, 'zh')).toBe('exit code 6');
});
