import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitBill } from '../src/splitBill.js';

test('several odd cents go to the first ones', () => {
  assert.deepEqual(splitBill(1005, 4), [252, 251, 251, 251]);
  assert.deepEqual(splitBill(1007, 4), [252, 252, 252, 251]);
});

test('a refund is split as well', () => {
  assert.deepEqual(splitBill(-1000, 3), [-334, -333, -333]);
});

test('less cents than people', () => {
  assert.deepEqual(splitBill(2, 3), [1, 1, 0]);
});

test('refuses nobody', () => {
  assert.throws(() => splitBill(100, 0), RangeError);
});
