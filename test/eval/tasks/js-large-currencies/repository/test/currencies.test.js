import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, allocate, codes, convert, format, formatShort, money, parse, share } from '../src/currencies.js';

test('adds, shares and converts', () => {
  assert.deepEqual(add(money(150, 'EUR'), money(50, 'EUR')), money(200, 'EUR'));
  assert.deepEqual(share(money(1995, 'EUR'), 19), money(379, 'EUR'));
  assert.deepEqual(convert(money(1000, 'EUR'), 'JPY', 160), money(1600, 'JPY'));
  assert.deepEqual(
    allocate(money(100, 'USD'), [1, 1, 1]).map(({ units }) => units),
    [34, 33, 33],
  );
});

test('formats amounts with two decimals', () => {
  assert.equal(format(money(123450, 'EUR')), '1,234.50 EUR');
  assert.equal(formatShort(money(-5, 'EUR')), '-€0.05');
});

test('yen have no decimals', () => {
  assert.equal(format(money(1234, 'JPY')), '1,234 JPY');
});

test('what is formatted can be parsed, in every currency', () => {
  for (const code of codes()) assert.deepEqual(parse(format(money(1234567, code))), money(1234567, code));
});
