import { errorText } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import type { SupervisorPorts } from '../core/supervisor/supervisorPorts.ts';
import { endTask } from '../core/supervisor/taskPipeline.ts';
import { activeStates } from '../core/tasks/taskState.ts';
import type { TaskRecord } from './taskRecord.ts';

/** Milliseconds between attempts to go on, or to record a failure: a full disk may have space again within a minute. */
export const recordingPauses = [1_000, 4_000, 15_000, 40_000] as const;

/**
 * Ends a task visibly whose work threw: a defect of ours, or a journal that could not be written, which each attempt opens again.
 * The task is nobody's meanwhile, so that it can be cancelled. What cannot be recorded at all is taken up by the next host.
 */
export async function recordDefect(
  record: TaskRecord,
  error: unknown,
  {
    logger,
    sleep,
    signal,
  }: { readonly logger: Logger; readonly sleep: SupervisorPorts['sleep']; readonly signal: AbortSignal },
): Promise<void> {
  const message = `${errorText(error)}; the agent host's log has the details, and \`nightshift resume ${record.id}\` tries again.`;
  const reason = { code: 'internal', message };
  for (const pause of [...recordingPauses, undefined]) {
    if (signal.aborted || !activeStates.has(record.task().state)) {
      return;
    }
    try {
      await endTask({ trace: record }, { move: 'fail', by: 'host', reason });
      return;
    } catch (failed) {
      logger.error(`Task ${record.id}: the failure could not be recorded: ${errorText(failed)}`);
    }
    if (pause !== undefined) {
      await sleep(pause, signal);
    }
  }
}
