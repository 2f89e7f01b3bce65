import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv } from '../src/csv.js';

test('an empty last field is a field', () => {
  assert.deepEqual(parseCsv('a,b,\n'), [['a', 'b', '']]);
  assert.deepEqual(parseCsv('a,"",\r\n'), [['a', '', '']]);
});

test('empty fields in the middle stay', () => {
  assert.deepEqual(parseCsv(',,x'), [['', '', 'x']]);
});

test('a quoted field at the end of a Windows line has no carriage return', () => {
  assert.deepEqual(parseCsv('1,"a, ""b"""\r\n2,c'), [
    ['1', 'a, "b"'],
    ['2', 'c'],
  ]);
});

test('a quote that is not closed is an error', () => {
  assert.throws(() => parseCsv('"abc\n'), SyntaxError);
});
