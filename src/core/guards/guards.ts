import type { Task } from '../tasks/task.ts';
import { emptyAnswers, malformedCalls, runaways, silentAnswers } from './answers.ts';
import { type CallEstimate, newTokenBudget, stepLimit, timeLimit, totalTokenBudget } from './budgets.ts';
import { commandTime, commandTimeouts } from './commands.ts';
import { type GuardVerdict, strictest } from './guardVerdict.ts';
import { contentReturns, idleSteps } from './progress.ts';
import { alternatingCalls, sameCalls } from './repetition.ts';
import { cutPrompts } from './truncation.ts';

/**
 * Whether the next model call may be made. `seconds` is the active wall time so far: what is folded plus the time since the
 * newest event. Reads the limits of the task's creation and counters of its trace, so a restart changes nothing.
 */
export function checkBeforeCall(task: Task, estimate: CallEstimate, seconds: number): GuardVerdict {
  return strictest([
    newTokenBudget(task, estimate),
    totalTokenBudget(task, estimate),
    stepLimit(task),
    timeLimit(task, seconds),
  ]);
}

/** Whether the run may go on after an answer whose calls have been dealt with. */
export function checkAfterCall(task: Task): GuardVerdict {
  return strictest([
    cutPrompts(task),
    malformedCalls(task),
    emptyAnswers(task),
    runaways(task),
    silentAnswers(task),
    commandTimeouts(task),
    commandTime(task),
    sameCalls(task),
    alternatingCalls(task),
    contentReturns(task),
    idleSteps(task),
  ]);
}

/** Tools that failed too often in a row and are still on offer; sorted by name. Closing one is for the rest of the task. */
export function toolsToClose(task: Task): string[] {
  return Object.entries(task.toolFailures)
    .filter(([tool, failures]) => failures >= task.limits.toolFailures && !task.closedTools.includes(tool))
    .map(([tool]) => tool)
    .sort();
}
