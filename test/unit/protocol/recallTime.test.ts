import { describe, expect, test } from 'vitest';
import { recallTime } from '../../../src/protocol/recallTime.ts';

const now = Date.parse('2026-11-22T12:00:00.000Z');

describe('a time in a filter', () => {
  test.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z', '2026-01-31T23:59:59.999Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z', '2024-02-29T23:59:59.999Z'],
    ['2w', '2026-11-08T12:00:00.000Z', '2026-11-08T12:00:00.000Z'],
    ['2026-01-31T12:30:00Z', '2026-01-31T12:30:00.000Z', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31T12:30+02:00', '2026-01-31T10:30:00.000Z', '2026-01-31T10:30:00.000Z'],
  ])('%s begins at %s and ends at %s', (value, since, until) => {
    expect(recallTime(value, now, 'since')).toBe(since);
    expect(recallTime(value, now, 'until')).toBe(until);
  });

  test.each([
    '5',
    'Foo 2030',
    '2026-02-31',
    '2025-02-29',
    '2026-13-01',
    '2026-1-5',
    '2026',
    '2026-01-31T12:00',
    '2026-02-31T12:00:00Z',
    '2026-01-31T25:00:00Z',
    'yesterday',
    '',
  ])('%j is none', (value) => {
    expect(recallTime(value, now, 'since')).toBeUndefined();
    expect(recallTime(value, now, 'until')).toBeUndefined();
  });
});
