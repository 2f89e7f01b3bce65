import { describe, expect, test } from 'vitest';
import { foldTrace } from '../../../../src/core/tasks/taskReducer.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { answer, created, entry, fold, move, placed } from '../../../fakes/traceEvents.ts';

const message = 'Waiting for the model: 2 tasks before it';
const delayed = entry('model-delayed', { run: 'run-1', step: 1, message });
const asked = entry('model-asked', {
  run: 'run-1',
  step: 1,
  request: { sha256: 'a', bytes: 1 },
  estimatedTokens: 1,
  contextTokens: 8_192,
});

function foldTimed(...timed: readonly (readonly [TraceEntry, number])[]) {
  return foldTrace(timed.map(([item, seconds], seq) => placed(item, seconds, seq)));
}

describe('a task that waits for its turn at a model', () => {
  const working = [
    [created(), 0],
    [move('prepare'), 0],
    [move('work'), 0],
  ] as const;

  test('says so, and is held until it has asked', () => {
    expect(foldTimed(...working, [delayed, 4])).toMatchObject({ held: true, activity: message });
    expect(foldTimed(...working, [delayed, 4], [asked, 9])).toMatchObject({
      held: false,
      activity: 'asking the model',
    });
  });

  test('does not pay for it with its own time', () => {
    const task = foldTimed(...working, [delayed, 4], [delayed, 400], [asked, 9_000], [answer(), 9_005]);
    expect(task?.usage.seconds).toBe(4 + 5);
  });

  test("is somebody's who waits when a person let it go on, and nobody's else", () => {
    const before = [created(), move('prepare'), move('work'), move('wait')] as const;
    const resume = (actor: 'host' | 'user') => fold(...before, { ...move('resume'), actor });
    expect(fold(...before).resumed).toBe(false);
    expect(resume('host')).toMatchObject({ state: 'working', resumed: false });
    expect(resume('user')).toMatchObject({ state: 'working', resumed: true });
  });
});
