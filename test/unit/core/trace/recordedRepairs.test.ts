import { expect, test } from 'vitest';
import { parseTraceEvent } from '../../../../src/core/trace/traceEvent.ts';
import { entry, placed } from '../../../fakes/traceEvents.ts';

const call = { run: 'run-1', step: 1, call: 'c', tool: 'read_file', arguments: {}, effect: 'read' } as const;

test('a trace from before rungs had names is read, and says of its repairs what it said', () => {
  const line = {
    ...placed(entry('tool-called', { ...call, repairs: [] })),
    data: { ...call, repairs: ['tool name "x" read as read_file'] },
  };
  expect(parseTraceEvent(JSON.parse(JSON.stringify(line)))?.data).toEqual({
    ...call,
    repairs: [{ rung: 'unnamed', detail: 'tool name "x" read as read_file' }],
  });
});

test('a rung that nobody knows is no event of this version', () => {
  const line = {
    ...placed(entry('tool-called', { ...call, repairs: [] })),
    data: { ...call, repairs: [{ rung: 'guess', detail: '' }] },
  };
  expect(parseTraceEvent(line)).toBeUndefined();
});
