import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { namedTask } from '../tasks/chosenTask.ts';
import { agreesTo } from './acceptFile.ts';
import { applyFiles } from './applyFiles.ts';
import { mergeByHand, mergesToDo } from './mergeConflicts.ts';
import { parseAddress } from './reviewTitle.ts';
import { saveFirst } from './saveFirst.ts';

/**
 * Opens one file of a result in the merge editor, with what it would be when accepted: what the person makes of it there is what is
 * written. The proof stays that of the agent's version.
 */
export const editAccept: Command = async (context, argument) => {
  const address = context.window.activeReview()?.address;
  const side = address === undefined ? undefined : parseAddress(address);
  const named = namedTask(argument) ?? (side && { root: side.root, task: side.task, file: side.path });
  const reference = named === undefined ? undefined : context.hosts.find(named.root, named.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === named?.file);
  if (reference === undefined || file === undefined || file.applied || reference.task.state !== 'ready') {
    context.dialogue.mention(t('This file is in no result that waits for you.'));
    return;
  }
  const save = {
    question: t('Save your changes before editing the result?'),
    agree: t('Save and Edit'),
    past: 'edited',
  };
  if (!(await agreesTo(context, file)) || !(await saveFirst(context, reference.root, [file], save))) {
    return;
  }
  const wanted = [{ path: file.path }];
  const merges = await mergesToDo(context, reference, wanted, wanted);
  if (merges === undefined) {
    context.dialogue.mention(t`${file.path} is no text on every side: accept or reject it as a whole.`);
    return;
  }
  const made = await mergeByHand(context, merges);
  if (made !== undefined) {
    await applyFiles(context, reference, [file], wanted, undefined, made);
  }
};
