import { t } from '@vscode/l10n';
import type { Command, CommandContext } from '../commands/command.ts';
import { namedTask } from '../tasks/chosenTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import type { TaskNode } from '../tasks/taskNodes.ts';
import { parseAddress } from './reviewTitle.ts';

/** The file of a result on screen, or of a row, is reviewed; one that was is not any more. */
export const markReviewed: Command = async (context, argument) => {
  const address = context.window.activeReview()?.address;
  const side = address === undefined ? undefined : parseAddress(address);
  const named = namedTask(argument) ?? (side && { root: side.root, task: side.task, file: side.path });
  const reference = named === undefined ? undefined : context.hosts.find(named.root, named.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === named?.file);
  if (named === undefined || file === undefined || reference?.task.state !== 'ready') {
    context.dialogue.mention(t('This file is in no result that waits for you.'));
    return;
  }
  const reviewed = file.reviewed !== true;
  if (await mark(context, { root: named.root, task: named.task, path: file.path, reviewed })) {
    context.dialogue.mention(t`${file.path} is ${reviewed ? t('marked as') : t('no longer')} reviewed.`);
  }
};

/** Rows whose check boxes were clicked. */
export async function markRows(
  context: CommandContext,
  rows: readonly (readonly [row: TaskNode, state: number])[],
): Promise<void> {
  for (const [{ root, task, file }, state] of rows) {
    if (file !== undefined) await mark(context, { root, task, path: file, reviewed: state === 1 });
  }
}

async function mark(
  context: CommandContext,
  {
    root,
    ...params
  }: { readonly root: string; readonly task: string; readonly path: string; readonly reviewed: boolean },
): Promise<boolean> {
  const answer = await context.hosts.of(root).request('markReviewed', params, new AbortController().signal);
  if (!answer.ok) showFailure(context, answer.error);
  return answer.ok;
}
