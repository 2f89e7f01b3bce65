import { t } from '@vscode/l10n';
import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { hasLines, isUndecided, renamedTo } from '../tasks/fileNode.ts';
import { chosenTask, namedTask } from '../tasks/chosenTask.ts';
import { hasChanges } from '../tasks/taskText.ts';
import type { ShownChange } from '../window/editorWindow.ts';
import { reviewTitle } from './reviewTitle.ts';
import { sideAddress, type SideName } from './sideAddress.ts';

/** All changes of a task in one diff editor. Binary files have no lines to compare there; their rows open them. */
export const reviewTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, hasChanges, t('Review which task?'));
  if (chosen !== undefined) {
    await showReview(context, chosen);
  }
};

export async function showReview(
  context: Pick<CommandContext, 'window' | 'dialogue'>,
  reference: TaskReference,
): Promise<void> {
  const files = reference.task.changeset?.files ?? [];
  const open = files.filter((file) => isUndecided(reference.task, file));
  const shown = (open.length === 0 ? files : open).filter(
    (file) => !file.binary && renamedTo(reference.task, file) === undefined,
  );
  if (files.length === 0) {
    context.dialogue.mention(t('The task changed no file.'));
    return;
  }
  if (shown.length === 0) {
    context.dialogue.mention(t('Only binary files changed: open them from the Tasks view.'));
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
    context.dialogue.mention(t('This file is in no result of a task.'));
    return;
  }
  const shown = renamedTo(reference.task, file) ?? file;
  const name = shown.path.slice(shown.path.lastIndexOf('/') + 1);
  await context.window.showDiff(`${name} (${reference.task.id})`, shownChange(reference, shown));
};

/** What is left to decide of one file, by itself: each change has a mark at its lines, and its own accept and reject. */
export const reviewFile: Command = async (context, argument) => {
  const named = namedTask(argument);
  const reference = named === undefined ? undefined : context.hosts.find(named.root, named.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === named?.file);
  if (reference === undefined || file === undefined || file.status !== 'modified' || !hasLines(file)) {
    context.dialogue.mention(t('This file has no changes to choose from.'));
    return;
  }
  const { root, task } = reference;
  const hash = task.changeset?.hash ?? '';
  await context.window.showSide(sideAddress({ root, task: task.id, path: file.path, side: 'offered', hash }));
};

/** While a task waits for its review the sides follow the decisions, so that what is shown is what is left to decide. */
function shownChange({ root, task }: TaskReference, file: ChangedFileView): ShownChange {
  const { path, status, renamedFrom } = file;
  const hash = task.changeset?.hash ?? '';
  const [before, after] = isUndecided(task, file) ? (['taken', 'offered'] as const) : (['base', 'result'] as const);
  const address = (side: SideName, of = path): string => sideAddress({ root, task: task.id, path: of, side, hash });
  return {
    label: address(status === 'deleted' ? before : after),
    ...(renamedFrom === undefined ? {} : { base: address('base', renamedFrom) }),
    ...(status === 'added' ? {} : { base: address(before) }),
    ...(status === 'deleted' ? {} : { result: address(after) }),
  };
}
