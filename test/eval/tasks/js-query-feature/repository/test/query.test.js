import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from '../src/query.js';

const records = [
  { id: 1, kind: 'bug', owner: 'Ada', title: 'Broken link' },
  { id: 2, kind: 'task', owner: 'Bob', title: 'Write docs' },
  { id: 3, kind: 'bug', owner: 'Bob', title: 'Slow start' },
];
const ids = (query) => search(records, query).map(({ id }) => id);

test('all conditions must match', () => {
  assert.deepEqual(ids('kind:bug owner:bob'), [3]);
});

test('a minus excludes', () => {
  assert.deepEqual(ids('kind:bug -owner:ada'), [3]);
});

test('a comma gives a choice', () => {
  assert.deepEqual(ids('kind:bug,task owner:bob'), [2, 3]);
});

test('quotes keep words together', () => {
  assert.deepEqual(ids('title:"slow start"'), [3]);
});
