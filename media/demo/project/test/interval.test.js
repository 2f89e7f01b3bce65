import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mergeIntervals, parseInterval } from '../src/interval.js';

const merged = (...texts) => mergeIntervals(texts.map(parseInterval)).map(({ start, end }) => [start, end]);

describe('intervals', () => {
  it('are read as minutes of the day', () => {
    assert.deepEqual(parseInterval('9:00-10:30'), { start: 540, end: 630 });
  });

  it('must end after they start', () => {
    assert.throws(() => parseInterval('10:00-9:00'), RangeError);
  });

  it('that overlap or touch become one', () => {
    assert.deepEqual(merged('9:00-10:00', '9:30-11:00', '11:00-12:00'), [[540, 720]]);
  });

  it('that are apart stay apart, in order', () => {
    assert.deepEqual(merged('13:00-14:00', '9:00-10:00'), [
      [540, 600],
      [780, 840],
    ]);
  });
});
