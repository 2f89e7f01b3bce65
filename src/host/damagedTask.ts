import { toTaskView } from '../core/tasks/taskView.ts';
import type { TaskView } from '../protocol/taskView.ts';
import type { DamagedTask } from './openTask.ts';

const activities = {
  'trace-damaged': 'its trace is damaged',
  'trace-foreign': 'its trace is of another version',
  'trace-unreadable': 'its trace cannot be read',
  'no-such-task': 'its trace cannot be read',
} as const satisfies Record<DamagedTask['problem']['reason'], string>;

/**
 * How a task is shown whose trace cannot be relied on: as failed, with what its trace says before the damage. It is listed, so
 * that nobody misses it, and nothing can be done with it but to verify its trace.
 */
export function damagedTaskView(id: string, { problem, known }: DamagedTask, tracePath: string): TaskView {
  const reason = { code: problem.reason, message: problem.message };
  const activity = activities[problem.reason];
  if (known !== undefined) {
    return { ...toTaskView({ ...known, state: 'failed', reason }, tracePath), activity };
  }
  const never = new Date(0).toISOString();
  return {
    id,
    goal: 'unknown: its trace cannot be read from the first line on',
    state: 'failed',
    reason,
    activity,
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
