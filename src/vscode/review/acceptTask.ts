import { t } from '@vscode/l10n';
import type { ChangedFileView, TaskView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { chosenTask } from '../tasks/chosenTask.ts';
import { note } from '../tasks/showFailure.ts';
import { applyFiles } from './applyFiles.ts';

/** Accepts every file that is not protected; a protected one waits for its own accept and says so. */
export const acceptTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isReady, t('Accept the changes of which task?'));
  const free = chosen === undefined ? undefined : freeFiles(context, chosen.task);
  return chosen === undefined || free === undefined ? undefined : applyFiles(context, chosen, free, undefined);
};

export function isReady(task: TaskView): boolean {
  return task.state === 'ready';
}

/** The files that an accept of the whole task takes; undefined, and said, where only protected ones are left. */
export function freeFiles(context: CommandContext, task: TaskView): readonly ChangedFileView[] | undefined {
  const open = (task.changeset?.files ?? []).filter((file) => !file.applied);
  const free = open.filter((file) => file.protected === undefined);
  const [first] = open;
  if (free.length === 0 && first !== undefined) {
    const names = open.map((file) => file.path).join(', ');
    note(
      context,
      'information',
      t`Only protected files are left (${names}): accept each by itself in the Tasks view. ${first.protected ?? ''}`.trim(),
    );
    return undefined;
  }
  return free;
}
