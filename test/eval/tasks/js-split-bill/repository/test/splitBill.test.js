import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitBill } from '../src/splitBill.js';

test('splits an even amount', () => {
  assert.deepEqual(splitBill(900, 3), [300, 300, 300]);
});

test('the parts are the whole amount', () => {
  assert.deepEqual(splitBill(1000, 3), [334, 333, 333]);
});
