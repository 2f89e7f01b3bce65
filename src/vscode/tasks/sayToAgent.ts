import { t } from '@vscode/l10n';
import type { TaskView } from '../../protocol/taskView.ts';
import type { Command } from '../commands/command.ts';
import { chosenTask } from './chosenTask.ts';
import { showFailure } from './showFailure.ts';
import { isActive, taskTitle } from './taskText.ts';

/** An agent at work hears it with its next step; a result goes back to its agent with it. */
export const sayToAgent: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, canHear, t('Speak to the agent of which task?'));
  if (chosen === undefined) {
    return;
  }
  const { root, task } = chosen;
  const text = await context.dialogue.ask(
    t`Say to the Agent: ${taskTitle(task)}`,
    isActive(task) ? t('It hears it with its next step.') : t('It hears it when it goes on; a result goes back to it.'),
    t('What should it know or do differently?'),
  );
  if (text === undefined || text.trim() === '') {
    return;
  }
  const answer = await context.hosts.of(root).request('say', { task: task.id, text }, new AbortController().signal);
  if (answer.ok) {
    context.dialogue.mention('Said.');
  } else {
    showFailure(context, answer.error);
  }
};

/** Stops the work on a task for now; what it did until then stays. */
export const pauseTask: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isActive, t('Pause which task?'));
  if (chosen === undefined) {
    return;
  }
  const { root, task } = chosen;
  const answer = await context.hosts.of(root).request('pauseTask', { task: task.id }, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
  }
};

function canHear(task: TaskView): boolean {
  return isActive(task) || ['ready', 'paused', 'waiting', 'failed'].includes(task.state);
}
