import { errorText, failure } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import type { Checkout } from '../core/repository/repository.ts';
import { recoverAccept } from '../core/supervisor/acceptChanges.ts';
import { recoverUndo } from '../core/supervisor/undoAccept.ts';
import { takeUp } from '../core/supervisor/taskPipeline.ts';
import { activeStates } from '../core/tasks/taskState.ts';
import type { TaskStore } from '../core/tasks/taskStore.ts';
import { removeTask } from './beginTask.ts';
import { type DamagedTask, openTask } from './openTask.ts';
import { type OnTaskChange, TaskRecord } from './taskRecord.ts';

export interface TaskLoading {
  readonly store: TaskStore;
  readonly checkout: Checkout;
  readonly logger: Logger;
  readonly onTaskChange: OnTaskChange;
  /** Called for each task that is open, before anything is done with it. */
  readonly add: (record: TaskRecord) => void;
  /** Called for each task whose trace cannot be relied on: it is shown, and nothing else. */
  readonly leaveOut: (name: string, damage: DamagedTask) => void;
  /** Called for each task that a stopped or killed host left at work. */
  readonly goOn: (record: TaskRecord) => void;
}

/** Opens every task of the store. One that cannot be opened stops no other. */
export async function loadTasks(loading: TaskLoading): Promise<void> {
  for (const name of await loading.store.list()) {
    try {
      await take(loading, name);
    } catch (error) {
      const problem = failure('trace-unreadable', `Task ${name} cannot be opened: ${errorText(error)}.`);
      leaveOut(loading, name, { problem });
    }
  }
}

async function take(loading: TaskLoading, name: string): Promise<void> {
  const { store, checkout, logger } = loading;
  const opened = await openTask(store, name);
  if (!opened.ok) {
    await leaveOutOrRemove(loading, name, opened.error);
    return;
  }
  const record = new TaskRecord(store, opened.value, loading.onTaskChange);
  loading.add(record);
  try {
    await recoverAccept({ checkout, trace: record }, record.controller.signal);
    await recoverUndo({ checkout, trace: record });
  } catch (error) {
    logger.error(`Task ${name}: how its accept ended could not be found out: ${errorText(error)}`);
  }
  if (await isToBeTakenUp(record, logger)) {
    loading.goOn(record);
  }
}

/** Work goes on also where its resuming cannot be recorded now: the first event of the work meets the same disk. */
async function isToBeTakenUp(record: TaskRecord, logger: Logger): Promise<boolean> {
  try {
    return await takeUp(record);
  } catch (error) {
    logger.error(`Task ${record.id} could not be resumed: ${errorText(error)}`);
    return activeStates.has(record.task().state);
  }
}

async function leaveOutOrRemove(loading: TaskLoading, name: string, damage: DamagedTask): Promise<void> {
  if (damage.problem.reason !== 'no-such-task') {
    leaveOut(loading, name, damage);
    return;
  }
  // A host that is killed while it creates a task leaves an empty trace: nobody was told of that task.
  loading.logger.info(`Task ${name} was never begun; what there is of it is removed.`);
  await removeTask(loading, name);
}

function leaveOut(loading: TaskLoading, name: string, damage: DamagedTask): void {
  loading.logger.warn(`Task ${name} is shown as failed and never written to: ${damage.problem.message}`);
  loading.leaveOut(name, damage);
}
