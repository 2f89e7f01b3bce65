import { foldTrace } from '../core/tasks/taskReducer.ts';
import type { JournalFailure } from '../core/tasks/taskStore.ts';
import { toTaskView } from '../core/tasks/taskView.ts';
import type { TaskView } from '../protocol/taskView.ts';

/**
 * How a task is shown whose trace cannot be opened: as failed, with what its trace says before the damage. It is listed, so that
 * nobody misses it, and nothing can be done with it but to verify its trace.
 */
export function damagedTask(id: string, problem: JournalFailure, tracePath: string): TaskView {
  const reason = { code: `trace-${problem.reason}`, message: problem.message };
  const known = foldTrace(problem.readable ?? []);
  if (known !== undefined && known.id === id) {
    return { ...toTaskView({ ...known, state: 'failed', reason }, tracePath), activity: 'its trace is damaged' };
  }
  const never = new Date(0).toISOString();
  return {
    id,
    goal: 'unknown: the first line of its trace is damaged',
    state: 'failed',
    reason,
    activity: 'its trace is damaged',
    createdAt: never,
    updatedAt: never,
    model: 'unknown',
    replay: false,
    origin: { kind: 'api' },
    refused: [],
    excluded: [],
    votes: [],
    usage: { newTokens: 0, tokens: 0, steps: 0, seconds: 0 },
    limits: { newTokens: 0, steps: 0, seconds: 0 },
    trace: { path: tracePath, events: 0 },
  };
}
