import { expect, test } from 'vitest';
import { ansi, columns, plain } from './ansi';

test('ansi: colours, bold and reset become pieces', () => {
  expect(ansi('\u001b[1;31mERROR\u001b[0m done')).toEqual([{ text: 'ERROR', bold: true, color: 1 }, { text: ' done' }]);
});
test('ansi: a bare reset ends the style, as Maven writes it', () => { expect(ansi('[\u001b[1;34mINFO\u001b[m] x')).toEqual([{ text: '[' }, { text: 'INFO', bold: true, color: 4 }, { text: '] x' }]); });
test('ansi: 256 and true colours map to the nearest of sixteen, backgrounds are dropped', () => {
  expect(ansi('\u001b[38;5;196mred')[0].color).toBe(9);
  expect(ansi('\u001b[38;2;0;250;0mgreen')[0].color).toBe(10);
  expect(ansi('\u001b[48;5;196mplain')).toEqual([{ text: 'plain' }]);
});
test('ansi: cursor movements, titles and control characters never reach the page', () => { expect(plain('\u001b]0;title\u0007a\u001b[2K\u0000b\u001b[12Cc')).toBe('abc'); });
test('ansi: a progress bar shows its last state', () => { expect(plain('10%\r50%\r100%\r')).toBe('100%'); });
test('columns: Chinese characters take two', () => { expect(columns('订单 ok')).toBe(7); });
