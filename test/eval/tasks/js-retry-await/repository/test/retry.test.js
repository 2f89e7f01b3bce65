import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retry } from '../src/retry.js';

test('answers what the operation answers', async () => {
  assert.equal(await retry(async () => 42), 42);
});

test('tries again after a failure', async () => {
  const seen = [];
  const answer = await retry(async (attempt) => {
    seen.push(attempt);
    if (attempt < 3) throw new Error('busy');
    return 'done';
  });
  assert.equal(answer, 'done');
  assert.deepEqual(seen, [1, 2, 3]);
});
