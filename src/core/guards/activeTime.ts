import type { Clock } from '../../base/clock.ts';
import type { Task } from '../tasks/task.ts';

/** Seconds of active time: what the trace has counted, and the time since its newest event unless the task is held. */
export function activeSecondsNow(clock: Clock, task: Task): number {
  const since = task.held ? 0 : clock.now() - Date.parse(task.updatedAt);
  return task.usage.seconds + Math.max(0, since) / 1_000;
}
