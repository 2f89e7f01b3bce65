import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { askAndDelegate } from '../delegation/askAndDelegate.ts';
import { delegateReady } from '../delegation/delegateReady.ts';
import { missingForTasks, relativePath, repositoryFor } from '../tasks/startTask.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { composeFailedCommand, terminalText } from './terminalText.ts';

/** What is selected in the terminal, shown before it is sent. */
export const delegateTerminalSelection: Command = async (context) => {
  const text = terminalText(await context.terminals.selection());
  if (text === '') {
    context.dialogue.mention(t('Select what the agent should see in the terminal first.'));
    return undefined;
  }
  const place = context.window.activeCode()?.path ?? context.window.folders()[0] ?? '';
  return askAndDelegate(context, place, [{ kind: 'terminal', text }]);
};

/** The command that failed last in the terminal: one click, nothing to fill in. Answers the task's id. */
export const delegateFailedCommand: Command = async (context) => {
  const failed = context.terminals.failedCommand();
  const missing = missingForTasks(context.window);
  if (failed === undefined || missing !== undefined) {
    if (missing === undefined) {
      context.dialogue.mention(t('No command failed in this terminal, as far as its shell tells.'));
    } else {
      showFailure(context, missing, 'warning');
    }
    return undefined;
  }
  const [folder = ''] = context.window.folders();
  // A shell can be anywhere; a failure outside of the open folders is about the open folder still.
  const there = failed.folder === undefined ? undefined : await repositoryFor(context, failed.folder);
  const root = there?.ok === true ? there : await repositoryFor(context, folder);
  if (!root.ok) {
    showFailure(context, root.error, 'warning');
    return undefined;
  }
  const isThere = there?.ok === true && failed.folder !== undefined && failed.folder !== root.value;
  const { goal, origin } = composeFailedCommand(failed, isThere ? relativePath(root.value, failed.folder) : '');
  return delegateReady(context, root.value, goal, origin);
};
