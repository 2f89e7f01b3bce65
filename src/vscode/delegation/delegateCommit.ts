import { t } from '@vscode/l10n';
import type { Command, CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { repositoryFor } from '../tasks/startTask.ts';
import type { PickItem } from '../window/dialogue.ts';
import type { CodeCommit } from '../window/workspaceCode.ts';
import { askAndDelegate } from './askAndDelegate.ts';
import { commitAttachment, shortHash } from './attachment.ts';
import { choosePlace } from './choosePlace.ts';
import { commitOf, explorerPaths, repositoryPath } from './menuArguments.ts';

/** A commit of a file's timeline, else one that is chosen from the newest ones; its changes go along. */
export const delegateCommit: Command = async (context, argument, file) => {
  const [timeline] = explorerPaths(file, []);
  const place = timeline ?? repositoryPath(argument) ?? (await choosePlace(context)) ?? '';
  const root = await repositoryFor(context, place);
  if (!root.ok) {
    showFailure(context, root.error, 'warning');
    return undefined;
  }
  const commit = commitOf(argument) ?? (await chooseCommit(context, root.value));
  return commit === undefined ? undefined : askAndDelegate(context, place, [commitAttachment(commit)]);
};

async function chooseCommit({ code, dialogue }: CommandContext, root: string): Promise<CodeCommit | undefined> {
  const commits = await code.commits(root);
  if (commits.length === 0) {
    dialogue.mention(t('The editor’s Git extension tells no commits of this repository.'));
    return undefined;
  }
  const picked = await dialogue.pick(t('Delegate from a Commit'), t('Which commit is it about?'), [
    { label: '', items: commits.map(commitRow) },
  ]);
  return picked?.value;
}

function commitRow(commit: CodeCommit): PickItem<CodeCommit> {
  const { hash, subject, author, time } = commit;
  const written = time === undefined ? undefined : new Date(time).toLocaleString();
  return {
    icon: 'git-commit',
    label: subject,
    description: [hash.slice(0, shortHash), author, written].filter(Boolean).join(' · '),
    value: commit,
  };
}
