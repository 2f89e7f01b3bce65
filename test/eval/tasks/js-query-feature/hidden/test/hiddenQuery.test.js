import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from '../src/query.js';

const records = [
  { id: 1, tag: 'a', title: 'One, two' },
  { id: 2, tag: 'b', title: 'Three' },
  { id: 3, tag: 'c', title: 'a b' },
];
const ids = (query) => search(records, query).map(({ id }) => id);

test('an exclusion with a choice excludes each', () => {
  assert.deepEqual(ids('-tag:a,b'), [3]);
});

test('an exclusion with quotes', () => {
  assert.deepEqual(ids('-title:"a b"'), [1, 2]);
});

test('a comma in quotes is text', () => {
  assert.deepEqual(ids('title:"one, two"'), [1]);
});

test('more than one blank between conditions is one', () => {
  assert.deepEqual(ids('  tag:b   title:three '), [2]);
});

test('what is no condition is refused', () => {
  assert.throws(() => search(records, 'tag:a nonsense'), SyntaxError);
});
