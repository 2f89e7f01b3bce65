import { t } from '@vscode/l10n';
import { basename, join, resolve } from 'node:path';
import { branchWords } from '../../base/branchWords.ts';
import type { HostParams } from '../../protocol/host.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { chosenTask } from '../tasks/chosenTask.ts';
import type { PickGroup } from '../window/dialogue.ts';
import { freeFiles, isReady } from './acceptTask.ts';
import { applyFiles } from './applyFiles.ts';

type Place = NonNullable<HostParams<'applyTask'>['place']>;

/** `plain`: into the working tree and nowhere else. */
type Kind = Place['kind'] | 'plain';

const places: readonly PickGroup<Kind>[] = [
  {
    label: t('into the working tree'),
    items: [
      { icon: 'check-all', label: t('Changes'), description: t('not staged'), value: 'plain' },
      {
        icon: 'add',
        label: t('Staged Changes'),
        description: t('staged beside what you have staged'),
        value: 'staged',
      },
      {
        icon: 'git-commit',
        label: t('Commit'),
        description: t('on the present branch; what you have staged stays staged'),
        value: 'commit',
      },
    ],
  },
  {
    label: t('beside the working tree, which stays as it is'),
    items: [
      { icon: 'git-branch', label: t('New Branch…'), description: t('a commit on a new branch'), value: 'branch' },
      {
        icon: 'folder-library',
        label: t('New Worktree…'),
        description: t('a new branch, checked out in a new folder'),
        value: 'worktree',
      },
    ],
  },
];

/** Accepts a task as what the person picks: changes, staged changes, a commit, a branch, a worktree. */
export const acceptTaskAs: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isReady, t('Accept the changes of which task?'));
  const free = chosen === undefined ? undefined : freeFiles(context, chosen.task);
  if (chosen === undefined || free === undefined) {
    return undefined;
  }
  const picked = await context.dialogue.pick(t('Accept As'), t('How to take the changes over'), places);
  if (picked === undefined) {
    return undefined;
  }
  if (picked.value === 'plain') {
    return applyFiles(context, chosen, free, undefined);
  }
  const place = await askPlace(context, chosen, picked.value);
  return place === undefined ? undefined : applyFiles(context, chosen, free, undefined, place);
};

async function askPlace(
  { dialogue }: CommandContext,
  { root, task }: TaskReference,
  kind: Place['kind'],
): Promise<Place | undefined> {
  if (kind === 'staged' || kind === 'commit') {
    return { kind };
  }
  const words = branchWords(task.goal);
  if (kind === 'branch') {
    const usual = `nightshift/${words}`;
    const name = await dialogue.ask(t('New Branch'), t`Its name; ${usual} where you leave it empty.`, usual);
    return name === undefined ? undefined : { kind, name: name.trim() === '' ? usual : name.trim() };
  }
  const usual = join('..', `${basename(root)}-${words}`);
  const prompt = t`Its folder, from the repository; ${usual} where you leave it empty. Its branch gets the folder's name.`;
  const directory = await dialogue.ask(t('New Worktree'), prompt, usual);
  return directory === undefined
    ? undefined
    : { kind, directory: resolve(root, directory.trim() === '' ? usual : directory.trim()) };
}
