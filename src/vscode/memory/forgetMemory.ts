import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { Forget, Forgotten } from '../../protocol/memory.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import { showFailure } from '../tasks/showFailure.ts';
import { count } from '../tasks/taskText.ts';
import { patiently } from '../window/patiently.ts';
import { memoryRoot, pathFrom } from './memoryRoot.ts';
import { memoryRow } from './memoryRow.ts';

/** Removes one episode for good, after a question. */
export const forgetEpisode: Command = async (context, argument) => {
  const { root, episode, label } = memoryRow(argument);
  if (root === undefined || episode === undefined) {
    return undefined;
  }
  return forget(context, root, { what: 'episode', id: episode }, t`Forget "${plainLine(label ?? episode, 60)}"?`);
};

/** Removes what the person chooses: the open file, everything. */
export const forgetMemory: Command = async (context) => {
  const root = await memoryRoot(context);
  if (root === undefined) {
    return undefined;
  }
  const path = pathFrom(root, context.window.activeCode()?.path ?? '');
  const file: { label: string; description: string; value: Forget }[] =
    path === undefined ? [] : [{ label: t('Forget the Open File'), description: path, value: { what: 'path', path } }];
  const wish = await context.dialogue.choose<Forget>(t('What should the memory forget?'), [
    ...file,
    {
      label: t('Forget Everything'),
      description: t('files, commits, vectors and what was solved before'),
      value: { what: 'all' },
    },
  ]);
  if (wish === undefined) {
    return undefined;
  }
  return forget(
    context,
    root,
    wish,
    wish.what === 'path' ? t`Forget ${wish.path}?` : t('Forget everything of this repository?'),
  );
};

async function forget(
  { hosts, dialogue, window, log }: CommandContext,
  root: string,
  wish: Forget,
  question: string,
): Promise<Forgotten | undefined> {
  const detail = t('It is removed from the disk and cannot be brought back. Tasks and their traces stay.');
  if (!(await dialogue.confirm(question, detail, t('Forget')))) {
    return undefined;
  }
  const answer = await patiently(
    dialogue,
    t('The memory forgets'),
    (signal) => hosts.of(root).request('forget', wish, signal),
    true,
  );
  if (!answer.ok) {
    showFailure({ dialogue, window, log }, answer.error);
    return undefined;
  }
  const { episodes, files, vectors } = answer.value;
  if (wish.what === 'path' && episodes + files + vectors === 0) {
    dialogue.mention(
      t`Nothing of ${wish.path} was in the memory, so nothing is forgotten or kept out. A .nightshiftignore file keeps it out.`,
    );
    return answer.value;
  }
  dialogue.mention(t`Forgotten: ${count(episodes, 'episode')}, ${count(files, 'file')}, ${count(vectors, 'vector')}.`);
  return answer.value;
}
