import { errorText } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import { isHostStopping } from '../core/supervisor/interruptions.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { runTask } from '../core/supervisor/taskPipeline.ts';
import { JournalWriteError } from '../node/tasks/journalWriteError.ts';
import { recordingPauses } from './recordDefect.ts';
import type { TaskRecord } from './taskRecord.ts';

/**
 * Works on a task until it rests. A disk that refuses its trace holds it up: it goes on from the trace when the disk takes it
 * again, and where that lasts too long, with the next host. Answers any other error that ended the work.
 */
export async function workThrough(
  record: TaskRecord,
  { ports, logger, ending }: { readonly ports: SupervisorPorts; readonly logger: Logger; readonly ending: AbortSignal },
): Promise<{ readonly defect: unknown } | undefined> {
  const { signal } = record.controller;
  let pauses = [...recordingPauses];
  while (!ending.aborted) {
    const { steps } = record.task().usage;
    try {
      await record.refresh();
      await runTask({ ports, trace: record, signal });
      return undefined;
    } catch (error) {
      if (!isDiskError(error) || isHostStopping(signal)) {
        return { defect: error };
      }
      pauses = record.task().usage.steps > steps ? [...recordingPauses] : pauses;
      const pause = pauses.shift();
      logger.error(`Task ${record.id}: ${errorText(error)}${pause === undefined ? ' The next host takes it up.' : ''}`);
      if (pause === undefined) {
        return undefined;
      }
      await ports.sleep(pause, AbortSignal.any([signal, ending]));
    }
  }
  return undefined;
}

function isDiskError(error: unknown): error is JournalWriteError {
  return error instanceof JournalWriteError && error.reason !== 'invalid';
}
