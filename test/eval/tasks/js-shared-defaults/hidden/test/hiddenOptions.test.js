import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOptions } from '../src/options.js';

test('what a caller does to its options stays with it', () => {
  const mine = requestOptions();
  mine.headers.accept = 'text/plain';
  mine.retries = 0;
  assert.deepEqual(requestOptions(), { method: 'GET', retries: 2, headers: { accept: 'application/json' } });
});

test('leaves what it was given alone', () => {
  const given = { method: 'PUT', headers: { 'Content-Type': 'text/csv' } };
  const options = requestOptions(given);
  assert.deepEqual(given, { method: 'PUT', headers: { 'Content-Type': 'text/csv' } });
  assert.equal(options.headers['content-type'], 'text/csv');
  assert.equal(options.method, 'PUT');
});
