import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { chosenTask } from '../tasks/chosenTask.ts';
import { hasFiles, taskTitle } from '../tasks/taskText.ts';
import { SandboxTerminal } from './sandboxTerminal.ts';

/** Characters of the task's title in the name of a terminal. */
const nameTitle = 24;

/** Opens a terminal in a sandbox of its own, with a copy of what the agent of a task has made so far. */
export const openTerminal: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, hasFiles, t('Open a terminal on which task?'));
  if (chosen === undefined) {
    return;
  }
  const { root, task } = chosen;
  const terminal = new SandboxTerminal(context.hosts.of(root), task.id, (error) => context.log.error(String(error)));
  context.showTerminal(t`Sandbox: ${taskTitle(task, nameTitle)}`, terminal);
};
