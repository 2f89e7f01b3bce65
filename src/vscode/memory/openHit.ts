import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { RecallHit } from '../../protocol/memory.ts';
import type { CommandContext } from '../commands/command.ts';
import type { ShownPlace } from '../window/editorWindow.ts';
import { entityOf } from './hitItems.ts';
import { openPath, openTask } from './openEntity.ts';
import { showRelatedTo } from './showRelated.ts';

/** Opens what a hit is: a place in a file, the task of an episode, and of a commit what it touched. */
export async function openHit(
  context: CommandContext,
  root: string,
  hit: RecallHit,
  words: readonly string[],
  beside: boolean,
): Promise<void> {
  const { episode, path } = hit;
  if (episode !== undefined) {
    await openTask(context, root, episode.task);
    return;
  }
  const entity = entityOf(hit);
  if (hit.kind === 'commit' && entity !== undefined) {
    await showRelatedTo(context, root, entity);
    return;
  }
  if (path === undefined) {
    context.dialogue.mention(t`"${plainLine(hit.title, 60)}" stands in no file.`);
    return;
  }
  await openPath(context, root, { path, ...linesOf(hit, words) }, beside);
}

/** The line that the question names, else the lines that were found with the words to look for in them. */
export function linesOf(
  { line, startLine, endLine }: RecallHit,
  words: readonly string[],
): Pick<ShownPlace, 'startLine' | 'endLine' | 'words'> {
  if (line !== undefined && line > 0) {
    return { startLine: line };
  }
  return {
    ...(startLine === undefined || startLine === 0 ? {} : { startLine }),
    ...(endLine === undefined || endLine === 0 ? {} : { endLine }),
    ...(words.length === 0 ? {} : { words }),
  };
}
