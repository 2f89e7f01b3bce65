import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { chosenTask } from '../tasks/chosenTask.ts';

/** Said by a click on a row: the list keeps the focus, as it does when a click opens a file. */
export const clickedRow = 'row';

/** Everything about one task on a page. */
export const openTaskPage: Command = async (context, argument, how) => {
  const chosen = await chosenTask(context, argument, () => true, t('Open the page of which task?'));
  if (chosen !== undefined) {
    await context.showTaskPage(chosen.root, chosen.task.id, how === clickedRow);
  }
};
