import type { Task } from '../tasks/task.ts';
import { type GuardName, type GuardVerdict, go, type StopCode } from './guardVerdict.ts';
import { budgetNoticeShare } from './limits.ts';

/** A model call that has not been made yet; all in tokens. */
export interface CallEstimate {
  /** The whole prompt. */
  readonly promptTokens: number;
  /** The part of it that the server has not seen in this run. */
  readonly newTokens: number;
  /** The most that the answer may have. */
  readonly maxOutput: number;
}

interface Budget {
  readonly guard: GuardName;
  readonly code: StopCode;
  readonly limit: number;
  /** Spent so far. */
  readonly used: number;
  /** Spent once the call has been made, at worst. */
  readonly after: number;
  /** `limit` and its unit, as in "40 steps". */
  readonly unit: string;
}

/** The most may be reached and never passed: a call that could pass it is not made. */
export function newTokenBudget(task: Task, estimate: CallEstimate): GuardVerdict {
  const used = task.usage.newTokens;
  return withinBudget(task, {
    guard: 'new-tokens',
    code: 'budget-exhausted',
    limit: task.limits.newTokens,
    used,
    after: used + estimate.newTokens + estimate.maxOutput,
    unit: 'new tokens',
  });
}

export function totalTokenBudget(task: Task, estimate: CallEstimate): GuardVerdict {
  const used = task.usage.tokens;
  return withinBudget(task, {
    guard: 'total-tokens',
    code: 'budget-exhausted',
    limit: task.limits.totalTokens,
    used,
    after: used + estimate.promptTokens + estimate.maxOutput,
    unit: 'processed tokens',
  });
}

export function stepLimit(task: Task): GuardVerdict {
  const used = task.usage.steps;
  return withinBudget(task, {
    guard: 'steps',
    code: 'step-limit',
    limit: task.limits.steps,
    used,
    after: used + 1,
    unit: 'steps',
  });
}

/** `seconds` of work so far, the time since the newest event included. Reaching the limit is enough. */
export function timeLimit(task: Task, seconds: number): GuardVerdict {
  return withinBudget(task, {
    guard: 'seconds',
    code: 'time-limit',
    limit: task.limits.seconds,
    used: Math.floor(seconds),
    after: seconds >= task.limits.seconds ? Number.POSITIVE_INFINITY : seconds,
    unit: 'seconds of work',
  });
}

function withinBudget(task: Task, budget: Budget): GuardVerdict {
  const { guard, code, limit, used, after, unit } = budget;
  if (!(after <= limit)) {
    const message =
      `The task has used ${used} of its ${limit} ${unit} and the next step does not fit; ` + wayOut(task, guard);
    return { kind: 'stop', guard, reason: { code, message } };
  }
  if (used >= limit * budgetNoticeShare && !task.notices.includes(guard)) {
    const text = `You have used ${used} of ${limit} ${unit}. Bring the work to an end now: make the last edits, then call finish.`;
    return { kind: 'notice', guard, text };
  }
  return go;
}

/** The command-line option that raises a limit and twice the present value for it; the other limits follow from these. */
const optionOf: Readonly<Partial<Record<GuardName, (task: Task) => string>>> = {
  'new-tokens': ({ limits }) => `--max-tokens ${2 * limits.newTokens}`,
  'total-tokens': ({ limits }) => `--max-tokens ${2 * limits.newTokens}`,
  steps: ({ limits }) => `--max-steps ${2 * limits.steps}`,
  seconds: ({ limits }) => `--max-minutes ${Math.ceil(limits.seconds / 30)}`,
};

function wayOut(task: Task, guard: GuardName): string {
  const option = optionOf[guard]?.(task);
  return option === undefined
    ? 'delegate a smaller goal.'
    : `\`nightshift resume ${task.id} ${option}\` goes on with more, or delegate a smaller goal.`;
}
