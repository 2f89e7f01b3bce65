import { t } from '@vscode/l10n';
import type { CommandContext } from '../commands/command.ts';
import { repositoryFor } from '../tasks/startTask.ts';

/** Where a task that names no place is about: the active file where it is in a repository, else the only or chosen folder. */
export async function choosePlace(context: CommandContext): Promise<string | undefined> {
  const active = context.window.activeCode()?.path;
  return active !== undefined && (await repositoryFor(context, active)).ok ? active : chooseFolder(context);
}

async function chooseFolder({ window, dialogue }: CommandContext): Promise<string | undefined> {
  const folders = window.folders();
  return folders.length < 2
    ? folders[0]
    : dialogue.choose(
        t('Delegate in which folder?'),
        folders.map((folder) => ({
          label: folder.slice(folder.search(/[^\\/]*$/)),
          description: folder,
          value: folder,
        })),
      );
}
