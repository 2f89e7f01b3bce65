import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { chosenTask } from './chosenTask.ts';
import { showFailure } from './showFailure.ts';
import { hasChanges, isDiscardable, taskTitle } from './taskText.ts';

/** Lets a result go, after a question when there is one to lose. The person's files are not involved. */
export const discardTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isDiscardable, t('Discard which task?'));
  if (chosen === undefined) {
    return;
  }
  const { root, task } = chosen;
  if (hasChanges(task)) {
    const agreed = await context.dialogue.confirm(
      t`Discard the changes of "${taskTitle(task)}"?`,
      t('The changes of the agent are given up. Your files stay as they are.'),
      t('Discard'),
    );
    if (!agreed) {
      return;
    }
  }
  const answer = await context.hosts.of(root).request('discardTask', { task: task.id }, new AbortController().signal);
  if (answer.ok) {
    context.dialogue.mention(t('Discarded. Your files were not changed.'));
  } else {
    showFailure(context, answer.error);
  }
};
