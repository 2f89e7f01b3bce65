import { t } from '@vscode/l10n';
import type { Command, CommandContext } from '../commands/command.ts';
import { namedTask } from '../tasks/chosenTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { parseAddress } from './reviewTitle.ts';

/** Leaves a file, or what is left to decide of it, out of what is accepted. */
export const rejectFile: Command = (context, argument) => rejectOrRestore(context, argument, false);

/** What was rejected of a file stands for choice again. */
export const restoreFile: Command = (context, argument) => rejectOrRestore(context, argument, true);

async function rejectOrRestore(context: CommandContext, argument: unknown, restore: boolean): Promise<void> {
  const address = context.window.activeReview()?.address;
  const side = address === undefined ? undefined : parseAddress(address);
  const named = namedTask(argument) ?? (side && { root: side.root, task: side.task, file: side.path });
  const reference = named === undefined ? undefined : context.hosts.find(named.root, named.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === named?.file);
  if (reference === undefined || file === undefined || reference.task.state !== 'ready') {
    context.dialogue.mention(t('This file is in no result that waits for you.'));
    return;
  }
  if (file.applied) {
    context.dialogue.mention(t`${file.path} was accepted before.`);
    return;
  }
  const params = { task: reference.task.id, file: { path: file.path }, restore };
  const answer = await context.hosts.of(reference.root).request('rejectChanges', params, new AbortController().signal);
  if (answer.ok) {
    context.dialogue.mention(restore ? t`${file.path} can be accepted again.` : t`Rejected ${file.path}.`);
  } else {
    showFailure(context, answer.error);
  }
}
