import { isTaskRequest } from '../codeActions/taskRequest.ts';
import type { Command } from '../commands/command.ts';
import { showFailure } from './showFailure.ts';
import { startRequested } from './startTask.ts';

/** What the light bulb calls: one click, nothing to fill in. Answers the task's id. */
export const delegateRequest: Command = async (context, argument) => {
  if (!isTaskRequest(argument)) {
    context.log.warn('nightshift.delegateRequest was called without a request.');
    return undefined;
  }
  const started = await startRequested(context, argument);
  if (!started.ok) {
    showFailure(context, started.error, started.error.reason === 'already-delegated' ? 'warning' : 'error');
    return undefined;
  }
  return started.value.task.id;
};
