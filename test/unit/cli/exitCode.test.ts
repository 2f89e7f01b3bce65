import { describe, expect, it } from 'vitest';
import { runExitCode } from '../../../src/cli/exitCode.ts';
import { queuedTask, readyTask } from '../../fakes/sampleTasks.ts';

describe('exit code of a run', () => {
  it('is 0 only for a ready task with a green proof', () => {
    const ready = readyTask();
    expect(runExitCode(ready)).toBe(0);
    const back = { code: 'revision-failed', message: 'The revision failed.' };
    expect(runExitCode({ ...ready, reason: back })).toBe(1);
    const { proof, ...unproved } = ready;
    expect(runExitCode(unproved)).toBe(1);
    for (const verdict of ['red', 'unverified'] as const) {
      expect(runExitCode({ ...ready, ...(proof === undefined ? {} : { proof: { ...proof, verdict } }) })).toBe(1);
    }
    expect(runExitCode({ ...ready, state: 'waiting' })).toBe(1);
    expect(runExitCode({ ...ready, state: 'discarded' })).toBe(1);
  });

  it.each([
    ['stuck', 1],
    ['model-rejected', 1],
    ['engine-unavailable', 3],
    ['runtime-unavailable', 3],
    ['model-unreachable', 3],
    ['model-model-missing', 3],
  ])('of a task that failed because of %s is %i', (code, expected) => {
    expect(runExitCode(queuedTask({ state: 'failed', reason: { code, message: '' } }))).toBe(expected);
  });
});
