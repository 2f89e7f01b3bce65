import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { ExplainedPath } from '../../protocol/memory.ts';
import type { Command } from '../commands/command.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { count } from '../tasks/taskText.ts';
import { patiently } from '../window/patiently.ts';
import { memoryRoot, pathFrom } from './memoryRoot.ts';

const stateWords: Readonly<Record<ExplainedPath['state'], string>> = {
  indexed: t('is in the memory'),
  waiting: t('waits to be indexed'),
  skipped: t('is left out'),
  unknown: t('is not known to the memory'),
  forgotten: t('was forgotten'),
};

/** Says whether the open file is in the memory, and why not. */
export const explainFile: Command = async (context) => {
  const root = await memoryRoot(context);
  const path = root === undefined ? undefined : pathFrom(root, context.window.activeCode()?.path ?? '');
  if (root === undefined || path === undefined) {
    if (root !== undefined) {
      context.dialogue.mention(t('Open a file of the repository first.'));
    }
    return undefined;
  }
  const answer = await patiently(context.dialogue, t('Nightshift looks into its memory'), (signal) =>
    context.hosts.of(root).request('explainPath', { path }, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  const { state, text, chunks } = answer.value;
  const amount = chunks === 0 ? '' : ` (${count(chunks, 'chunk')})`;
  note(context, 'information', `${plainLine(path, 100)} ${stateWords[state]}${amount}: ${plainLine(text, 300)}`);
  return answer.value;
};
