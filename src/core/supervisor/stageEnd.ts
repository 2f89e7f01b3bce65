import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { Actor } from '../trace/traceEvent.ts';
import type { TaskMove } from '../tasks/taskState.ts';
import type { Assignment } from './supervisorPorts.ts';

/** What a stage wants next: a move of the task, proposed by whoever did the work. */
export interface StageEnd {
  readonly move: TaskMove;
  readonly by: Actor;
  readonly reason?: { readonly code: string; readonly message: string };
  /** What the user says with a resume. */
  readonly note?: string;
}

/** The work of one state. A failure ends the task with its reason, unless the task was cancelled. */
export type Stage = (assignment: Assignment) => Promise<Result<StageEnd, Failure>>;
