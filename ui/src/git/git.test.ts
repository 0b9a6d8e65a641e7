import { expect, test } from 'vitest';
import { at, type DiffLine } from './api';
import { changed, chosenLine, pairs } from './diff_rows';
import { languageOf } from './highlight';
import { inline, markdown } from './markdown';

const l = (kind: ' ' | '+' | '-', text: string) => ({ kind, text }) as DiffLine;
test('diff: replaced lines stand beside each other, the rest beside nothing', () => {
  const rows = pairs([l(' ', 'a'), l('-', 'b'), l('+', 'c'), l('+', 'd'), l(' ', 'e')]);
  expect(rows.map(p => [p.left?.text, p.right?.text])).toEqual([['a', 'a'], ['b', 'c'], [undefined, 'd'], ['e', 'e']]);
});
test('diff: the changed part of a line is found; lines with little in common have none', () => {
  expect(changed('int MAX = 100;', 'int MAX = 500;')).toEqual([10, 11, 11]);
  expect(changed('return null;', 'throw new Error();')).toBeNull();
});
test('markdown: HTML and dangerous links of a readme are only text', () => {
  expect(inline('[x](javascript:alert(1))').some(p => p.kind === 'link')).toBe(false);
  expect(markdown('hello <img src=x onerror=alert(1)> you')).toEqual([{ kind: 'paragraph', inline: [{ kind: 'text', text: 'hello  you' }] }]);
});
test('markdown: headings, lists, code and tables', () => {
  const blocks = markdown('# T\n\n- a\n- b `c`\n\n```sh\nx | y\n```\n\n| h |\n|---|\n| 1 |\n');
  expect(blocks.map(b => b.kind)).toEqual(['heading', 'list', 'code', 'table']);
});
test('markdown: a fence that never ends and deep emphasis end all the same', () => { expect(markdown('```\nx').length).toBe(1); expect(markdown('*'.repeat(20000)).length).toBe(1); });
test('highlight: languages by file name', () => { expect(languageOf('a/Dockerfile')).toBe('dockerfile'); expect(languageOf('x.java')).toBe('java'); expect(languageOf('x.unknown')).toBeNull(); });
test('diff: an address chooses a line of a file, whatever its path holds', () => {
  const address = at.diffLine('a/b', 'abc', 'src/50% #1/数.java', 12);
  expect(chosenLine(address.slice(address.indexOf('#')))).toEqual({ path: 'src/50% #1/数.java', line: 12 });
  expect([chosenLine(''), chosenLine('#L12'), chosenLine('#L1:%E0%A4%A')]).toEqual([null, null, null]);
});
