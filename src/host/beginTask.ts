import { errorText, type Failure, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { foldTrace } from '../core/tasks/taskReducer.ts';
import type { Journal, TaskStore } from '../core/tasks/taskStore.ts';
import type { TraceEntry, TraceEvent } from '../core/trace/traceEvent.ts';
import type { OpenedTask } from './openTask.ts';

interface Place {
  readonly store: TaskStore;
  readonly logger: Logger;
}

/** Writes the first event of a task into its new journal. Nothing of the task stays when that cannot be done. */
export async function beginTask(
  { store, logger }: Place,
  journal: Journal,
  created: TraceEntry & { readonly type: 'task-created' },
): Promise<Result<{ readonly opened: OpenedTask; readonly event: TraceEvent }, Failure>> {
  try {
    const event = await journal.append(created);
    const task = foldTrace([event]);
    if (task === undefined) {
      throw new Error('its first event does not create it');
    }
    return ok({ opened: { journal, task }, event });
  } catch (error) {
    await journal.close().catch((failed: unknown) => logger.error(errorText(failed)));
    await removeTask({ store, logger }, journal.task);
    return fail(failure('io', `The task could not be begun: ${errorText(error)}`));
  }
}

/** Removes what there is of a task that nobody was told of. */
export async function removeTask({ store, logger }: Place, name: string): Promise<void> {
  try {
    await store.remove(name);
  } catch (error) {
    logger.error(`What is left of task ${name} cannot be removed: ${errorText(error)}`);
  }
}
