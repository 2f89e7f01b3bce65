import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginate } from '../src/paginate.js';

const letters = [...'abcdefgh'];

test('cuts a list into pages', () => {
  assert.deepEqual(paginate(letters, 2, 3).items, ['d', 'e', 'f']);
  assert.equal(paginate(letters, 1, 3).pages, 3);
});

test('the last full page is the last one', () => {
  const last = paginate(letters, 2, 4);
  assert.equal(last.pages, 2);
  assert.equal(last.next, null);
});
