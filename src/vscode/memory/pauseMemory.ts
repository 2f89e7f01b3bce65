import { t } from '@vscode/l10n';
import type { Command, CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { rootOf } from './memoryRow.ts';

/** Stops indexing until it is resumed; what is indexed can still be found. */
export const pauseMemory: Command = (context, argument) => setPaused(context, true, rootOf(argument));

export const resumeMemory: Command = (context, argument) => setPaused(context, false, rootOf(argument));

/** For the repository of a row, else for every one of the window whose memory is at work. Answers how many. */
async function setPaused(context: CommandContext, paused: boolean, root: string | undefined): Promise<number> {
  const meant = root === undefined ? context.hosts.all() : [context.hosts.of(root)];
  const known = meant.filter(({ memory }) => memory !== undefined);
  const wanted = known.filter(({ memory }) => (memory?.paused === 'user') !== paused);
  for (const host of wanted) {
    const answer = await host.request('pauseMemory', { paused }, new AbortController().signal);
    if (!answer.ok) {
      showFailure(context, answer.error);
      return 0;
    }
  }
  if (wanted.length === 0) {
    const words =
      known.length === 0 ? t('The memory is not at work.') : t`The memory is ${paused ? '' : 'not '}paused.`;
    context.dialogue.mention(words);
  }
  return wanted.length;
}
