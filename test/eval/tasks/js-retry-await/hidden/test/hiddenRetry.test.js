import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retry } from '../src/retry.js';

test('waits for the pause to be over before the next attempt', async () => {
  const events = [];
  const sleep = async (milliseconds) => {
    events.push(`sleep ${milliseconds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    events.push('woke');
  };
  const failing = async (attempt) => {
    events.push(`attempt ${attempt}`);
    throw new Error(`failure ${attempt}`);
  };
  await assert.rejects(retry(failing, { attempts: 3, pauseMs: 10, sleep }), /failure 3/);
  assert.deepEqual(events, ['attempt 1', 'sleep 10', 'woke', 'attempt 2', 'sleep 20', 'woke', 'attempt 3']);
});

test('does not try again after success', async () => {
  let calls = 0;
  await retry(async () => (calls += 1));
  assert.equal(calls, 1);
});
