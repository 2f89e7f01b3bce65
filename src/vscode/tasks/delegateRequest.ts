import { composeTask, isTaskRequest } from '../codeActions/taskRequest.ts';
import type { Command } from '../commands/command.ts';
import { delegateReady } from '../delegation/delegateReady.ts';
import { showFailure } from './showFailure.ts';
import { relativePath, repositoryFor } from './startTask.ts';

/** What the light bulb calls: one click, nothing to fill in. Answers the task's id. */
export const delegateRequest: Command = async (context, argument) => {
  if (!isTaskRequest(argument)) {
    context.log.warn('nightshift.delegateRequest was called without a request.');
    return undefined;
  }
  const root = await repositoryFor(context, argument.path);
  if (!root.ok) {
    showFailure(context, root.error, 'error');
    return undefined;
  }
  const { goal, origin } = composeTask(argument, relativePath(root.value, argument.path));
  return delegateReady(context, root.value, goal, origin);
};
