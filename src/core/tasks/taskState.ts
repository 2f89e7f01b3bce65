import type { taskStates } from '../../protocol/taskView.ts';

/** States and moves of a task, as data. Nothing else in the product decides where a task may go. */

export type TaskState = (typeof taskStates)[number];

export const taskMoves = [
  'prepare',
  'work',
  'verify',
  'review',
  'finish',
  'revise',
  'wait',
  'pause',
  'resume',
  'apply',
  'merge',
  'discard',
  'fail',
  'cancel',
] as const;

export type TaskMove = (typeof taskMoves)[number];

/** `back` stands for the state that the task was in before it waited or paused. */
export type MoveTarget = TaskState | 'back';

const interruptible = { wait: 'waiting', pause: 'paused', fail: 'failed', cancel: 'cancelled' } as const;

export const taskTransitions: Readonly<Record<TaskState, Readonly<Partial<Record<TaskMove, MoveTarget>>>>> = {
  queued: { prepare: 'preparing', pause: 'paused', fail: 'failed', cancel: 'cancelled' },
  preparing: { work: 'working', ...interruptible },
  working: { verify: 'verifying', ...interruptible },
  verifying: { review: 'reviewing', revise: 'revising', ...interruptible },
  reviewing: { finish: 'ready', revise: 'revising', ...interruptible },
  ready: { apply: 'applied', merge: 'merged', discard: 'discarded', revise: 'revising', cancel: 'cancelled' },
  revising: { work: 'working', ...interruptible },
  waiting: { resume: 'back', fail: 'failed', cancel: 'cancelled' },
  paused: { resume: 'back', fail: 'failed', cancel: 'cancelled' },
  applied: {},
  merged: {},
  discarded: {},
  /** Only the user resumes: see `proposeMove`. */
  failed: { discard: 'discarded', resume: 'revising' },
  /** Gives up what it made until then. */
  cancelled: { discard: 'discarded' },
};

/** The host works on these without a person. */
export const activeStates: ReadonlySet<TaskState> = new Set([
  'queued',
  'preparing',
  'working',
  'verifying',
  'reviewing',
  'revising',
]);

/** Nothing moves these on by itself any more. */
export const settledStates: ReadonlySet<TaskState> = new Set([
  'ready',
  'applied',
  'merged',
  'discarded',
  'failed',
  'cancelled',
]);
