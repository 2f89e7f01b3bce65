import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { chosenTask } from '../tasks/chosenTask.ts';

/** The record of everything that happened in a task, as it is on disk. */
export const openTrace: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, () => true, t('Open the trace of which task?'));
  if (chosen !== undefined) {
    await context.window.showFile(chosen.task.trace.path);
  }
};
