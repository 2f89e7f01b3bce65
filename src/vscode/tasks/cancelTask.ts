import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { chosenTask } from './chosenTask.ts';
import { showFailure } from './showFailure.ts';
import { isCancellable } from './taskText.ts';

/** Stops the work on a task; its sandbox is destroyed and nothing of it reaches the person's files. */
export const cancelTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isCancellable, t('Cancel which task?'));
  if (chosen === undefined) {
    return;
  }
  const params = { task: chosen.task.id };
  const answer = await context.hosts.of(chosen.root).request('cancelTask', params, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
  }
};
