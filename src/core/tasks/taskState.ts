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
  'restore',
  'wait',
  'pause',
  'resume',
  'apply',
  'undo',
  'merge',
  'discard',
  'fail',
  'cancel',
] as const;

export type TaskMove = (typeof taskMoves)[number];

/** `back` stands for the state that the task was in before it waited or paused. */
export type MoveTarget = TaskState | 'back';

/** A revision that comes to nothing leaves the result that there was before it. */
const back = { restore: 'ready' } as const;

const interruptible = { wait: 'waiting', pause: 'paused', fail: 'failed', cancel: 'cancelled' } as const;

export const taskTransitions: Readonly<Record<TaskState, Readonly<Partial<Record<TaskMove, MoveTarget>>>>> = {
  queued: { prepare: 'preparing', pause: 'paused', fail: 'failed', cancel: 'cancelled' },
  preparing: { work: 'working', ...interruptible },
  working: { verify: 'verifying', ...back, ...interruptible },
  verifying: { review: 'reviewing', revise: 'revising', ...back, ...interruptible },
  reviewing: { finish: 'ready', revise: 'revising', ...back, ...interruptible },
  ready: { apply: 'applied', merge: 'merged', discard: 'discarded', revise: 'revising', cancel: 'cancelled' },
  revising: { work: 'working', ...back, ...interruptible },
  waiting: { resume: 'back', ...back, fail: 'failed', cancel: 'cancelled' },
  paused: { resume: 'back', ...back, fail: 'failed', cancel: 'cancelled' },
  /** Where accepts were taken back, something is left to decide again. */
  applied: { undo: 'ready' },
  merged: {},
  discarded: {},
  /** Only the user resumes: see `proposeMove`. */
  failed: { discard: 'discarded', resume: 'revising' },
  /** Gives up what it made until then. */
  cancelled: { discard: 'discarded' },
};

/** Nothing more comes of these by itself. */
export const endedStates: ReadonlySet<TaskState> = new Set(['applied', 'merged', 'discarded', 'failed', 'cancelled']);

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
