import { expect, test } from 'vitest';
import { kChunk, LogRows, type Fold } from './log_rows';
import { wrappedRows } from './log_wrap';

const one = () => 1;
const lines = (rows: LogRows, from: number, n: number) => rows.window(from, n).map(r => r.kind === 'line' ? r.line : `head ${r.fold.key}`);

test('log rows: a million lines are a million rows, found at once from either end', () => {
  const rows = new LogRows(1_000_000, [], one, () => true);
  expect(rows.rows).toBe(1_000_000);
  expect(lines(rows, 999_998, 9)).toEqual([999_999, 1_000_000]);
  expect(rows.rowOf(730_001)).toBe(730_000);
});
test('log rows: a step has a row for its head, a folded one only that', () => {
  const folds: Fold[] = [{ key: 'a', first: 1, last: 700, folded: true }, { key: 'b', first: 701, last: 1200, folded: false }];
  const rows = new LogRows(1200, folds, one, () => true);
  expect(rows.rows).toBe(1 + 1 + 500);
  expect(lines(rows, 0, 4)).toEqual(['head a', 'head b', 701, 702]);
  expect(rows.rowOf(350)).toBe(0);
  expect(rows.rowOf(701)).toBe(2);
});
test('log rows: counting a chunk at once and walking it agree', () => {
  const folds: Fold[] = [{ key: 'a', first: 3, last: 480, folded: true }, { key: 'b', first: 481, last: 900, folded: false }, { key: 'c', first: 901, last: 1501, folded: true }];
  expect(new LogRows(1501, folds, one, () => true).rows).toBe(new LogRows(1501, folds, one, () => false).rows);
});
test('log rows: wrapped lines take several rows and a window may begin inside one', () => {
  const rows = new LogRows(kChunk + 10, [], n => n === 2 ? 3 : 1, c => c > 0);
  expect(rows.rows).toBe(kChunk + 12);
  expect(rows.window(2, 3)).toEqual([{ kind: 'line', line: 2, part: 1 }, { kind: 'line', line: 2, part: 2 }, { kind: 'line', line: 3, part: 0 }]);
  expect(rows.rowOf(3)).toBe(4);
});
test('log rows: an empty log has no rows', () => { expect(new LogRows(0, [], one, () => true).window(0, 10)).toEqual([]); });
test('log wrap: a wide character is never split between rows', () => {
  expect(wrappedRows('a'.repeat(40), 20)).toBe(2);
  expect(wrappedRows('', 20)).toBe(1);
  expect(wrappedRows('x' + '订'.repeat(10), 20)).toBe(2);
  expect(wrappedRows('订订订', 3)).toBe(3);
});
test('log rows: a chunk that arrives later does not change rows counted before', () => {
  let height = 1;
  const rows = new LogRows(kChunk * 2, [], () => height, () => true), before = rows.rowOf(kChunk + 100);
  height = 3;
  expect(rows.rowOf(kChunk + 100)).toBe(before);
  expect(rows.window(before, 1)).toEqual([{ kind: 'line', line: kChunk + 100, part: 0 }]);
});
