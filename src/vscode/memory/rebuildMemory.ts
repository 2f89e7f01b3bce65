import { t } from '@vscode/l10n';
import type { Command } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { patiently } from '../window/patiently.ts';
import { memoryRoot } from './memoryRoot.ts';
import { rootOf } from './memoryRow.ts';

/** Throws the index away and makes it anew, after a question: it costs minutes of work. What was solved before is kept. */
export const rebuildMemory: Command = async (context, argument) => {
  const root = rootOf(argument) ?? (await memoryRoot(context));
  if (root === undefined) {
    return false;
  }
  const agreed = await context.dialogue.confirm(
    t('Rebuild the memory of this repository?'),
    t('The index of files and commits is thrown away and made anew, its vectors too. What was solved before is kept.'),
    t('Rebuild'),
  );
  if (!agreed) {
    return false;
  }
  const answer = await patiently(
    context.dialogue,
    t('Throwing the index away'),
    (signal) => context.hosts.of(root).request('rebuildMemory', {}, signal),
    true,
  );
  if (answer.ok) {
    context.dialogue.mention(t('The memory is made anew.'));
  } else {
    showFailure(context, answer.error);
  }
  return answer.ok;
};
