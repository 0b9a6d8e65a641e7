import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../src/money.js';

test('money: groups thousands and keeps two places', () => {
  assert.equal(money(5), '¥0.05');
  assert.equal(money(123456789), '¥1,234,567.89');
  assert.equal(money(-350), '-¥3.50');
});

test('money: refuses what is not whole cents', () => {
  assert.throws(() => money(1.5), /whole cents/);
});
