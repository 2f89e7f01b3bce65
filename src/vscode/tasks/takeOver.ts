import { t } from '@vscode/l10n';
import { basename, join, resolve } from 'node:path';
import { branchWords } from '../../base/branchWords.ts';
import type { HostParams, HostResult } from '../../protocol/host.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { chosenTask } from './chosenTask.ts';
import { note, showFailure } from './showFailure.ts';
import { count, isTakeable, taskTitle } from './taskText.ts';

type Wish = Omit<HostParams<'takeOver'>, 'task'>;

/**
 * Stops the agent of a task and gives the person its work in a worktree of their own, with every change uncommitted. The task
 * stays: it can be reviewed all the same, or resumed.
 */
export const takeOver: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isTakeable, t('Take over which task?'));
  if (chosen === undefined) {
    return undefined;
  }
  const { root, task } = chosen;
  const usual = join('..', `${basename(root)}-${branchWords(task.goal)}`);
  const prompt = t`A folder for the agent's work, from the repository; ${usual} where you leave it empty.`;
  const named = await context.dialogue.ask(t`Take Over: ${taskTitle(task)}`, prompt, usual);
  if (named === undefined) {
    return undefined;
  }
  return take(context, chosen, named.trim() === '' ? {} : { directory: resolve(root, named.trim()) });
};

/** Answers the new folder. */
async function take(context: CommandContext, { root, task }: TaskReference, wish: Wish): Promise<string | undefined> {
  const answer = await context.dialogue.withProgress(t`Taking over: ${taskTitle(task)}`, (signal) =>
    context.hosts.of(root).request('takeOver', { task: task.id, ...wish }, signal),
  );
  if (answer.ok) {
    report(context, answer.value);
    return answer.value.directory;
  }
  if (answer.error.reason !== 'protected-files') {
    showFailure(context, answer.error);
    return undefined;
  }
  const decided = await askProtected(context, task);
  return decided === undefined ? undefined : take(context, { root, task }, { ...wish, protected: decided });
}

/** Files that can run by themselves, or steer the tools that the person is about to start there. */
async function askProtected({ dialogue }: CommandContext, task: TaskView): Promise<Wish['protected']> {
  const names = (task.changeset?.files ?? []).flatMap(({ path, protected: why }) => (why === undefined ? [] : [path]));
  const which = names.length === 0 ? t('files that policy protects') : names.join(', ');
  const picked = await dialogue.pick<'leave' | 'write'>(t('Protected Files'), t`The agent changed ${which}`, [
    {
      label: t('they may run by themselves, or steer your tools'),
      items: [
        { icon: 'shield', label: t('Leave Them Out'), description: t('take the rest over'), value: 'leave' },
        {
          icon: 'warning',
          label: t('Take Them Too'),
          description: t('look at them before you run anything'),
          value: 'write',
        },
      ],
    },
  ]);
  return picked?.value;
}

function report(context: CommandContext, { directory, branch, files, left }: HostResult<'takeOver'>): void {
  const rest = left.length === 0 ? '' : ` ${t`Left out: ${left.join(', ')}.`}`;
  note(
    context,
    'information',
    t`Taken over: ${count(files, t('changed file'))} in ${directory}, on the branch ${branch}.${rest}`,
    { [t('Open in New Window')]: () => context.openFolder(directory, true) },
  );
}
