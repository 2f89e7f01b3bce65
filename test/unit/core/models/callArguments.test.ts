import { expect, test } from 'vitest';
import { withRecordableCalls } from '../../../../src/core/models/callArguments.ts';
import type { Turn } from '../../../../src/core/models/languageModel.ts';

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const turn = (given: unknown): Turn => ({
  text: '',
  thinking: '',
  calls: [{ id: 'call_0', name: 'read_file', arguments: given }],
  finish: 'calls',
  usage: {},
  milliseconds: 1,
});

test('arguments that nest deeper than can be written down again are left out, others stay as they are', () => {
  expect(() => JSON.stringify(nested(100_000))).toThrow(RangeError);
  const recorded = withRecordableCalls(turn({ path: nested(100_000) }));
  expect(JSON.stringify(recorded)).toContain('left out');
  expect(withRecordableCalls(turn(undefined)).calls[0]).toHaveProperty('arguments', null);
  const usual = turn({ path: 'a', deep: nested(20) });
  expect(withRecordableCalls(usual)).toBe(usual);
});
