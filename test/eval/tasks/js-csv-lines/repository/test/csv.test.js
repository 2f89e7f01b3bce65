import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv } from '../src/csv.js';

test('parses plain fields', () => {
  assert.deepEqual(parseCsv('a,b,c\n1,2,3\n'), [
    ['a', 'b', 'c'],
    ['1', '2', '3'],
  ]);
});

test('a field in quotes may hold a comma', () => {
  assert.deepEqual(parseCsv('"Smith, J.",42\n'), [['Smith, J.', '42']]);
});

test('a doubled quote stands for one', () => {
  assert.deepEqual(parseCsv('"say ""hi""",1\n'), [['say "hi"', '1']]);
});

test('reads files that Windows programs wrote', () => {
  assert.deepEqual(parseCsv('a,b\r\n"x",2\r\n'), [
    ['a', 'b'],
    ['x', '2'],
  ]);
});
