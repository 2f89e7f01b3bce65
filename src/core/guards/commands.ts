import type { Task } from '../tasks/task.ts';
import { type GuardVerdict, go } from './guardVerdict.ts';

/** Commands in a row that ran into their time limit; the tool's own answers have told the agent of each. */
export function commandTimeouts(task: Task): GuardVerdict {
  const { timeoutsInARow } = task.conduct;
  if (timeoutsInARow < task.limits.commandTimeouts) {
    return go;
  }
  const message =
    `The tests ran into the limit of ${task.limits.commandSeconds} s ${timeoutsInARow} times in a row; see what hangs with ` +
    `\`nightshift patch ${task.id}\`, then \`nightshift resume ${task.id}\`.`;
  return { kind: 'stop', guard: 'command-timeouts', reason: { code: 'command-timeouts', message } };
}

/** All commands of the task together. */
export function commandTime(task: Task): GuardVerdict {
  const { commandTotalSeconds: limit } = task.limits;
  if (task.commandSeconds < limit) {
    return go;
  }
  const message =
    `The commands of the task have taken ${Math.floor(task.commandSeconds)} of their ${limit} s; ` +
    `\`nightshift resume ${task.id} --max-minutes ${Math.ceil(limit / 30)}\` goes on with more.`;
  return { kind: 'stop', guard: 'command-time', reason: { code: 'time-limit', message } };
}

/** Seconds that the next command may take, at least one. */
export function commandSecondsLeft(task: Task): number {
  const left = Math.floor(task.limits.commandTotalSeconds - task.commandSeconds);
  return Math.max(1, Math.min(task.limits.commandSeconds, left));
}
