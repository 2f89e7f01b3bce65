import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, format, formatShort, money, parse } from '../src/currencies.js';

test('dinars have three decimals', () => {
  assert.equal(format(money(1234567, 'KWD')), '1,234.567 KWD');
  assert.equal(format(money(-5, 'KWD')), '-0.005 KWD');
});

test('separators of other countries', () => {
  const german = { decimal: ',', thousands: '.' };
  assert.equal(format(money(123456789, 'EUR'), german), '1.234.567,89 EUR');
  assert.equal(format(money(1234567, 'JPY'), german), '1.234.567 JPY');
});

test('short forms and small amounts', () => {
  assert.equal(formatShort(money(0, 'JPY')), '¥0');
  assert.equal(formatShort(money(7, 'GBP')), '£0.07');
});

test('nothing else changed', () => {
  assert.equal(codes().length, 154);
  assert.throws(() => parse('1.23 JPY'), SyntaxError);
});
