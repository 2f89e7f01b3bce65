import type { Command } from '../commands/command.ts';
import { delegateReady } from '../delegation/delegateReady.ts';
import { missingForTasks, relativePath, repositoryFor } from '../tasks/startTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { composeMending } from './failedTest.ts';
import { readTest } from './readTest.ts';

/** From a test or one of its failure messages, of whatever extension: one click, nothing to fill in. Answers the task's id. */
export const delegateTest: Command = async (context, argument) => {
  const test = readTest(argument);
  const missing = missingForTasks(context.window);
  if (test === undefined || missing !== undefined) {
    if (missing !== undefined) {
      showFailure(context, missing, 'warning');
    }
    return undefined;
  }
  const [folder = ''] = context.window.folders();
  const root = await repositoryFor(context, test.path ?? folder);
  if (!root.ok) {
    showFailure(context, root.error, 'warning');
    return undefined;
  }
  const file = test.path === undefined ? undefined : relativePath(root.value, test.path);
  const { goal, origin } = composeMending(test, file);
  return delegateReady(context, root.value, goal, origin);
};
