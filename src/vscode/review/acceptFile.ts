import { t } from '@vscode/l10n';
import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { namedTask } from '../tasks/chosenTask.ts';
import { applyFiles } from './applyFiles.ts';
import { parseAddress } from './reviewTitle.ts';

/** Accepts one file. For a protected one the reason is shown first, and the click on it is the approval. */
export const acceptFile: Command = async (context, argument) => {
  const address = context.window.activeReview()?.address;
  const side = address === undefined ? undefined : parseAddress(address);
  const named = namedTask(argument) ?? (side && { root: side.root, task: side.task, file: side.path });
  const reference = named === undefined ? undefined : context.hosts.find(named.root, named.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === named?.file);
  if (reference === undefined || file === undefined || reference.task.state !== 'ready') {
    context.dialogue.mention(t('This file is in no result that waits for you.'));
    return undefined;
  }
  if (file.applied) {
    context.dialogue.mention(t`${file.path} was accepted before.`);
    return undefined;
  }
  return (await agreesTo(context, file)) ? applyFiles(context, reference, [file], [{ path: file.path }]) : undefined;
};

/** Whether a person agrees to accept a file that policy protects; one that it does not needs no word. */
export async function agreesTo(
  { dialogue }: CommandContext,
  { path, protected: why }: ChangedFileView,
): Promise<boolean> {
  return why === undefined || dialogue.confirm(t`Accept the protected file ${path}?`, why, t('Accept File'));
}
