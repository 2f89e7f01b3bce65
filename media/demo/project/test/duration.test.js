import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatDuration, parseDuration } from '../src/duration.js';

describe('durations', () => {
  it('are read in hours and minutes', () => {
    assert.equal(parseDuration('1h 30m'), 90);
    assert.equal(parseDuration(' 45m '), 45);
  });

  it('may have fractions', () => {
    assert.equal(parseDuration('2.5h'), 150);
  });

  it('are written as short as possible', () => {
    assert.deepEqual([0, 45, 60, 90].map(formatDuration), ['0m', '45m', '1h', '1h 30m']);
  });

  it('survive being written and read', () => {
    for (let minutes = 0; minutes < 3_000; minutes += 7) {
      assert.equal(parseDuration(formatDuration(minutes)), minutes);
    }
  });

  it('of another form are refused', () => {
    assert.throws(() => parseDuration('soon'), RangeError);
  });
});
