import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { chosenTask, namedTask } from '../tasks/chosenTask.ts';
import { hasChanges } from '../tasks/taskText.ts';
import type { ShownChange } from '../window/editorWindow.ts';
import { reviewTitle } from './reviewTitle.ts';
import { sideAddress } from './sideAddress.ts';

/** All changes of a task in one diff editor. Binary files have no lines to compare there; their rows open them. */
export const reviewTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, hasChanges, 'Review which task?');
  if (chosen !== undefined) {
    await showReview(context, chosen);
  }
};

export async function showReview(
  context: Pick<CommandContext, 'window' | 'dialogue'>,
  reference: TaskReference,
): Promise<void> {
  const files = reference.task.changeset?.files ?? [];
  const shown = files.filter((file) => !file.binary);
  if (files.length === 0) {
    context.dialogue.mention('The task changed no file.');
    return;
  }
  if (shown.length === 0) {
    context.dialogue.mention('Only binary files changed: open them from the Tasks view.');
    return;
  }
  await context.window.showChanges(
    reviewTitle(reference),
    shown.map((file) => shownChange(reference, file)),
  );
}

/** One changed file in the diff editor; called from its row. */
export const openFileDiff: Command = async (context, argument) => {
  const named = namedTask(argument);
  const reference = named === undefined ? undefined : context.hosts.find(named.root, named.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === named?.file);
  if (reference === undefined || file === undefined) {
    context.dialogue.mention('This file is in no result of a task.');
    return;
  }
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  await context.window.showDiff(`${name} (${reference.task.id})`, shownChange(reference, file));
};

function shownChange({ root, task }: TaskReference, { path, status }: ChangedFileView): ShownChange {
  const hash = task.changeset?.hash ?? '';
  const address = (side: 'base' | 'result'): string => sideAddress({ root, task: task.id, path, side, hash });
  return {
    label: address(status === 'deleted' ? 'base' : 'result'),
    ...(status === 'added' ? {} : { base: address('base') }),
    ...(status === 'deleted' ? {} : { result: address('result') }),
  };
}
