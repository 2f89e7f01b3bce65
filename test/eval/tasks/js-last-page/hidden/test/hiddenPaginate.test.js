import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginate } from '../src/paginate.js';

test('a page that is asked for beyond the end is the last one', () => {
  assert.deepEqual(paginate([1, 2, 3, 4], 9, 2), { items: [3, 4], page: 2, pages: 2, previous: 1, next: null });
});

test('an empty list has one empty page', () => {
  assert.deepEqual(paginate([], 1, 10), { items: [], page: 1, pages: 1, previous: null, next: null });
});

test('a page that is not full counts', () => {
  assert.equal(paginate([1, 2, 3, 4, 5], 1, 2).pages, 3);
});
