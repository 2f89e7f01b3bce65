import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Task } from '../core/tasks/task.ts';
import { foldTask } from '../core/tasks/taskReducer.ts';
import type { traceProblems } from '../protocol/taskView.ts';
import type { Journal, JournalFailure, TaskStore } from '../core/tasks/taskStore.ts';

export interface OpenedTask {
  readonly journal: Journal;
  readonly task: Task;
}

/** A task that cannot be worked with. Nothing is ever appended to its trace. */
export interface DamagedTask {
  /**
   * `trace-damaged`: its trace is not what was written; `trace-foreign`: another version of this product wrote it;
   * `trace-unreadable`: it cannot be read now; `no-such-task`: it was never begun.
   */
  readonly problem: Failure<(typeof codes)[keyof typeof codes]>;
  /** The fold of what stands in the trace before the damage. */
  readonly known?: Task;
}

/** Opens a task's journal and folds its trace on the way, without keeping the events. */
export async function openTask(store: TaskStore, id: string): Promise<Result<OpenedTask, DamagedTask>> {
  let folded: Task | undefined;
  const journal = await store.open(id, (event) => {
    folded = foldTask(folded, event);
  });
  const known = folded?.id === id ? folded : undefined;
  if (!journal.ok) {
    const { reason, message } = journal.error;
    return fail({ problem: failure(codes[reason], message), ...(known === undefined ? {} : { known }) });
  }
  if (known !== undefined) {
    return ok({ journal: journal.value, task: known });
  }
  await journal.value.close();
  return fail({ problem: withoutCreation(id, folded) });
}

const codes = {
  corrupt: 'trace-damaged',
  foreign: 'trace-foreign',
  io: 'trace-unreadable',
  missing: 'no-such-task',
} as const satisfies Record<JournalFailure['reason'], (typeof traceProblems)[number] | 'no-such-task'>;

function withoutCreation(id: string, folded: Task | undefined): DamagedTask['problem'] {
  if (folded === undefined || folded.id === '') {
    return failure('no-such-task', `The task ${id} was never begun; delegate it again.`);
  }
  const message = `The trace of ${id} tells of the task ${folded.id}; put the file back where it belongs, or delegate the task again.`;
  return failure('trace-damaged', message);
}
