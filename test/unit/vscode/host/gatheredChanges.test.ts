import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TaskView } from '../../../../src/protocol/taskView.ts';
import { GatheredChanges } from '../../../../src/vscode/host/gatheredChanges.ts';
import { queuedTask } from '../../../fakes/sampleTasks.ts';

const at = (state: TaskView['state'], steps: number): readonly TaskView[] => {
  const task = queuedTask({ state });
  return [{ ...task, usage: { ...task.usage, steps } }];
};

describe('changes of tasks', () => {
  const tell = vi.fn<() => void>();
  const changes = new GatheredChanges(tell);

  beforeEach(() => {
    vi.useFakeTimers();
    tell.mockClear();
  });
  afterEach(() => {
    changes.dispose();
    vi.useRealTimers();
  });

  it('are told at once, and those that come soon after as one', () => {
    changes.changed(at('working', 1));
    expect(tell).toHaveBeenCalledTimes(1);
    for (let steps = 2; steps < 50; steps += 1) {
      changes.changed(at('working', steps));
    }
    expect(tell).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(100);
    expect(tell).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1_000);
    expect(tell).toHaveBeenCalledTimes(2);
  });

  it('do not wait where a task stands otherwise than before', () => {
    changes.changed(at('working', 1));
    changes.changed(at('failed', 1));
    changes.changed(at('working', 1));
    expect(tell).toHaveBeenCalledTimes(3);
  });

  it('are not told any more when nobody listens', () => {
    changes.changed(at('working', 1));
    changes.changed(at('working', 2));
    changes.dispose();
    vi.advanceTimersByTime(1_000);
    expect(tell).toHaveBeenCalledTimes(1);
  });
});
