import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestOptions } from '../src/options.js';

test('adds the headers of the caller', () => {
  const { headers } = requestOptions({ headers: { Authorization: 'Bearer abc' } });
  assert.deepEqual(headers, { accept: 'application/json', authorization: 'Bearer abc' });
});

test('does not send the token of one request with the next', () => {
  requestOptions({ headers: { Authorization: 'Bearer abc' } });
  assert.equal(requestOptions().headers.authorization, undefined);
});
