import { t } from '@vscode/l10n';
import type { ChangedFileView, TaskView } from '../../protocol/taskView.ts';
import type { Command } from '../commands/command.ts';
import { chosenTask, namedTask } from '../tasks/chosenTask.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { count, taskTitle } from '../tasks/taskText.ts';
import { patiently } from '../window/patiently.ts';
import { saveFirst } from './saveFirst.ts';

/** Takes what was accepted of a task, or of the file whose row it was asked on, back out of the checkout. */
export const undoAccept: Command = async (context, argument) => {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return;
  }
  const chosen = await chosenTask(context, argument, hasAccepted, t('Undo the accept of which task?'));
  if (chosen === undefined) {
    return;
  }
  const { root, task } = chosen;
  const named = namedTask(argument)?.file;
  const files = acceptedFiles(task).filter(({ path }) => named === undefined || path === named);
  if (files.length === 0) {
    context.dialogue.mention(t('Nothing of this was accepted.'));
    return;
  }
  const save = { question: t('Save your changes before undoing?'), agree: t('Save and Undo'), past: 'undone' };
  if (!(await saveFirst(context, root, files, save))) {
    return;
  }
  const params = { task: task.id, ...(named === undefined ? {} : { paths: files.map(({ path }) => path) }) };
  const answer = await patiently(context.dialogue, t`Undoing the accept: ${taskTitle(task)}`, (signal) =>
    context.hosts.of(root).request('undoAccept', params, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return;
  }
  const { undone, conflicts } = answer.value;
  if (conflicts.length > 0) {
    const rest = undone.length === 0 ? t('Nothing was changed.') : t`${count(undone.length, t('other file'))} undone.`;
    note(context, 'warning', t`Not undone: ${conflicts.map(({ message }) => message).join(' ')} ${rest}`);
    return;
  }
  context.dialogue.mention(t`Undid the accept of ${count(undone.length, 'file')}.`);
};

function hasAccepted(task: TaskView): boolean {
  return acceptedFiles(task).length > 0;
}

function acceptedFiles(task: TaskView): readonly ChangedFileView[] {
  return (task.changeset?.files ?? []).filter(({ applied, decided }) => applied || (decided?.accepted ?? 0) > 0);
}
