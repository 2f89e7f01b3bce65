import { expect, it } from 'vitest';
import { retryAfterMs } from '../../../../src/node/models/http/retryAfter.ts';

const now = Date.parse('2026-11-22T10:00:00Z');

it.each([
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['Sun, 22 Nov 2026 10:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  [undefined, undefined],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026-11-22', undefined],
])('a Retry-After of %s is a wish for %s ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
