import { expect, test } from 'vitest';
import { deliverWords } from '../deliver/words';
import { findingsWords } from '../findings/words';
import { gitWords } from '../git/words';
import { notifyWords } from '../notify/words';
import { peopleWords } from '../people/words';
import { pipelineWords } from '../pipeline/words';
import { registryWords } from '../registry/words';
import { commands } from '../web/commands';
import { webWords } from '../web/words';
import { ago, bytes, duration, inLanguage, milliseconds, rate } from './format';
import { query } from './http';
import { baseWords } from './words';

test('format: durations in both languages', () => {
  expect([0.42, 42, 187, 7500, 90000].map(s => duration(s, 'en'))).toEqual(['0.4s', '42s', '3m 07s', '2h 05m', '1d 1h']);
  expect(duration(187, 'zh')).toBe('3 分 07 秒'); expect(duration(undefined, 'en')).toBe('–');
});
test('format: sizes and rates', () => { expect([bytes(0), bytes(999), bytes(48_220_113)]).toEqual(['0 B', '999 B', '48.2 MB']); expect([rate(0), rate(0.311), rate(4.24), rate(12400)]).toEqual(['0', '0.31', '4.2', '12,400']); });
test('format: what was too fast to measure, or not there', () => { expect([0, 1, 1234, 12_345, null].map(milliseconds)).toEqual(['< 1 ms', '1 ms', '1,234 ms', '12.3 s', '–']); });
test('format: times are relative, also those to come', () => { const now = Date.parse('2026-01-01T00:00:00Z'); expect(ago('2025-12-31T23:58:00Z', now, 'zh')).toBe('2分钟前'); expect(ago('2026-01-01T02:00:00Z', now, 'en')).toMatch(/in 2 h/); });
test('query: absent values leave no trace', () => { expect(query({ a: 1, b: undefined, c: '', d: 'x y' })).toBe('?a=1&d=x+y'); });
test('commands: names with special characters are quoted', () => { expect(commands.logs(3, "it's")).toBe("sampan logs 3 'it'\\''s' --follow"); expect(commands.rollback('production', 'shop', 41)).toBe('sampan rollback production/shop --release 41'); });
test('words: no entry is empty, and no Chinese entry was left in English', () => {
  const walk = (en: unknown, zh: unknown, at: string) => {
    if (typeof en === 'string') { expect(zh, at).not.toBe(''); if (/[a-z]{4,} [a-z]{3,}/.test(en)) expect(/[\u4e00-\u9fff]/.test(String(zh)), at).toBe(true); return; }
    if (typeof en === 'object' && en) for (const key of Object.keys(en)) walk((en as Record<string, unknown>)[key], (zh as Record<string, unknown>)[key], `${at}.${key}`);
  };
  for (const [room, d] of Object.entries({ baseWords, webWords, peopleWords, gitWords, findingsWords, pipelineWords, registryWords, deliverWords, notifyWords })) walk(d.en, d.zh, room);
});
test('a text that exists in one language only is shown in that one', () => { expect(inLanguage({ zh: '', en: 'x' }, 'zh')).toBe('x'); expect(inLanguage({ zh: '甲', en: 'x' }, 'zh')).toBe('甲'); });
