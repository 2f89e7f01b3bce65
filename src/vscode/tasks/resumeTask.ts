import { t } from '@vscode/l10n';
import type { TaskSettings } from '../../protocol/host.ts';
import { largestLimits } from '../../protocol/host.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { chosenTask } from './chosenTask.ts';
import { showFailure } from './showFailure.ts';
import { missingForTasks } from './startTask.ts';
import { isResumable, taskTitle } from './taskText.ts';

/** Lets a task go on that failed, waits or is paused. One that ran into a limit needs more of it, which the person is asked for. */
export const resumeTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isResumable, t('Resume which task?'));
  if (chosen === undefined) {
    return;
  }
  const { task } = chosen;
  const limit = reachedLimit(task);
  if (limit !== undefined) {
    const agreed = await context.dialogue.confirm(
      t`Resume "${taskTitle(task)}" with double the limit?`,
      t`It has used its limit of ${limit.words}. It goes on from its last checkpoint, with a limit of ${limit.doubledWords}.`,
      resumeLabel(task),
    );
    if (!agreed) {
      return;
    }
  }
  await resume(context, chosen);
};

/** What the button that resumes a task says. */
export function resumeLabel(task: TaskView): string {
  return reachedLimit(task) === undefined ? t('Resume') : t('Resume with Double the Limit');
}

/** Resumes at once, with double the limit that the task ran into. */
export async function resume(context: CommandContext, { root, task }: TaskReference): Promise<void> {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing);
    return;
  }
  const limits = reachedLimit(task)?.doubled;
  const params = { task: task.id, ...(limits === undefined ? {} : { limits }) };
  const answer = await context.hosts.of(root).request('resumeTask', params, new AbortController().signal);
  if (answer.ok) {
    context.dialogue.mention(t('Resumed. Your files do not change until you accept.'));
  } else {
    showFailure(context, answer.error);
  }
}

type Limit = 'newTokens' | 'steps' | 'seconds';

const limitOf: Readonly<Record<string, Limit>> = {
  'budget-exhausted': 'newTokens',
  'step-limit': 'steps',
  'time-limit': 'seconds',
};

const wordsOf: Readonly<Record<Limit, (value: number) => string>> = {
  newTokens: (value) => `${value.toLocaleString('en-US')} tokens`,
  steps: (value) => `${value} steps`,
  seconds: (value) => `${Math.ceil(value / 60)} minutes`,
};

function reachedLimit({
  state,
  reason,
  limits,
}: TaskView):
  | { readonly words: string; readonly doubledWords: string; readonly doubled: NonNullable<TaskSettings['limits']> }
  | undefined {
  const limit = state === 'failed' ? limitOf[reason?.code ?? ''] : undefined;
  if (limit === undefined) {
    return undefined;
  }
  const value = Math.min(2 * limits[limit], largestLimits[limit]);
  const words = wordsOf[limit];
  return { words: words(limits[limit]), doubledWords: words(value), doubled: { [limit]: value } };
}
