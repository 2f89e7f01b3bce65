import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { findingOf } from './shownFindings.ts';

const why = {
  changed: t('The lines of the suggested patch were changed since: nothing was replaced. Delegate the fix instead.'),
  unsafe: t('The suggested patch is not about plain files of this repository: nothing was replaced.'),
} as const;

/** Makes what a tool suggests, in the editor: it is saved by the person or undone. Answers whether it was made. */
export const applyFinding: Command = async (context, argument) => {
  const reference = await findingOf(context, argument);
  if (reference?.finding.fix === undefined) {
    context.dialogue.mention(t('This finding has no suggested patch any more.'));
    return false;
  }
  const outcome = await context.window.replace(reference.root, reference.finding.fix);
  if (outcome !== 'replaced') {
    showFailure(context, { reason: 'patch-unfit', message: why[outcome] }, 'warning');
    return false;
  }
  context.dialogue.mention(t('Applied. Look at it and save, or undo.'));
  return true;
};
