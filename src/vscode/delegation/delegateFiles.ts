import { t } from '@vscode/l10n';
import type { Command, CommandContext } from '../commands/command.ts';
import { askAndDelegate } from './askAndDelegate.ts';
import type { Attachment } from './attachment.ts';
import { changedPaths, explorerPaths } from './menuArguments.ts';

/** Files and folders of the explorer or of a tab. What is no folder to the editor is a file. */
export const delegateFile: Command = async (context, argument, ...more) => {
  const paths = explorerPaths(argument, more);
  const kinds = await Promise.all(paths.map(async (path) => ((await context.code.isFolder(path)) ? 'folder' : 'file')));
  return delegatePaths(
    context,
    paths.map((path, index) => ({ kind: kinds[index] ?? 'file', path })),
  );
};

/** Changed files of a source control, one, several or a whole group of them. */
export const delegateChanges: Command = async (context, argument, ...more) =>
  delegatePaths(
    context,
    changedPaths([argument, ...more]).map((path) => ({ kind: 'change', path })),
  );

async function delegatePaths(
  context: CommandContext,
  attachments: readonly (Attachment & { readonly path: string })[],
): Promise<string | undefined> {
  const [first] = attachments;
  if (first === undefined) {
    context.dialogue.mention(t('There is nothing here to delegate.'));
    return undefined;
  }
  return askAndDelegate(context, first.path, attachments);
}
