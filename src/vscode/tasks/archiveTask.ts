import { t } from '@vscode/l10n';
import type { TaskView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { chosenTask } from './chosenTask.ts';
import { showFailure } from './showFailure.ts';
import { kindOf } from './taskFilter.ts';

const isOver = (task: TaskView): boolean => ['failed', 'done'].includes(kindOf(task));

/** Puts a task that is over out of the list; nothing of it is removed. */
export const archiveTask: Command = (context, argument) =>
  move(context, argument, true, isOver, t('Archive which task?'));

export const restoreTask: Command = (context, argument) =>
  move(context, argument, false, ({ archived }) => archived === true, t('Bring which task back from the archive?'));

/** Puts all tasks that came to their end out of the list, but those that failed. */
export const archiveDone: Command = async (context) => {
  const done = context.hosts.tasks().filter(({ task }) => kindOf(task) === 'done');
  for (const { root, task } of done) {
    if (!(await archive(context, root, { task: task.id, archived: true }))) return;
  }
  context.dialogue.mention(done.length === 0 ? t('No task is done.') : t`Archived: ${done.length}.`);
};

async function move(
  context: CommandContext,
  argument: unknown,
  archived: boolean,
  fits: (task: TaskView) => boolean,
  question: string,
): Promise<void> {
  const reference = await chosenTask(context, argument, fits, question);
  if (reference !== undefined) await archive(context, reference.root, { task: reference.task.id, archived });
}

async function archive(
  context: CommandContext,
  root: string,
  params: { readonly task: string; readonly archived: boolean },
): Promise<boolean> {
  const answer = await context.hosts.of(root).request('archiveTask', params, new AbortController().signal);
  if (!answer.ok) showFailure(context, answer.error);
  return answer.ok;
}
