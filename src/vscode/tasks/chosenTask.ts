import { t } from '@vscode/l10n';
import type { TaskView } from '../../protocol/taskView.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { reviewedTask } from '../review/reviewTitle.ts';
import { parseSide } from '../review/sideAddress.ts';
import { stateWords, taskDescription, taskTitle } from './taskText.ts';

type Chooser = Pick<CommandContext, 'hosts' | 'window' | 'dialogue'>;

/**
 * The task that a command was called on: a row of the tree, an address of ours, the review on screen, else the only one that
 * fits, else the person chooses. Undefined when there is none.
 */
export async function chosenTask(
  context: Chooser,
  argument: unknown,
  fits: (task: TaskView) => boolean,
  title: string,
): Promise<TaskReference | undefined> {
  const named = namedTask(argument);
  if (named !== undefined) {
    const found = context.hosts.find(named.root, named.task);
    if (found !== undefined && fits(found.task)) {
      return found;
    }
    context.dialogue.mention(t`This task is ${found === undefined ? 'gone' : `${stateWords[found.task.state]} now`}.`);
    return undefined;
  }
  const review = context.window.activeReview();
  const reviewed = review === undefined ? undefined : reviewedTask(context.hosts.tasks(), review);
  if (reviewed !== undefined && fits(reviewed.task)) {
    return reviewed;
  }
  const candidates = context.hosts.tasks().filter(({ task }) => fits(task));
  if (candidates.length === 0) {
    context.dialogue.mention(t('No task is in a state for this.'));
  }
  return candidates.length < 2
    ? candidates[0]
    : context.dialogue.choose(
        title,
        candidates.map((value) => ({ label: taskTitle(value.task), description: taskDescription(value.task), value })),
      );
}

/** Root, task and file that an argument of a menu or another command names. */
export function namedTask(
  argument: unknown,
): { readonly root: string; readonly task: string; readonly file?: string } | undefined {
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  const { root, task, file, scheme, path, query } = argument as Readonly<Record<string, unknown>>;
  if (typeof root === 'string' && typeof task === 'string') {
    return typeof file === 'string' ? { root, task, file } : { root, task };
  }
  if (typeof scheme === 'string' && typeof path === 'string' && typeof query === 'string') {
    const side = parseSide({ scheme, path, query });
    return side === undefined ? undefined : { root: side.root, task: side.task, file: side.path };
  }
  return undefined;
}
