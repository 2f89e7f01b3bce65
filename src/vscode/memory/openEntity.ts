import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import type { Entity } from '../../protocol/memory.ts';
import type { CommandContext } from '../commands/command.ts';
import type { ShownPlace } from '../window/editorWindow.ts';
import { hasChanges } from '../tasks/taskText.ts';
import { pathInside } from './hitItems.ts';

/** Its place where it has one; a task's review; of a commit or an author what is around it. */
export async function openEntity(context: CommandContext, root: string, entity: Entity): Promise<void> {
  if (entity.path !== undefined) {
    await openPath(context, root, { path: entity.path, startLine: entity.startLine });
  } else if (entity.kind === 'task') {
    await openTask(context, root, entity.id.replace(/^task:/, ''));
  } else {
    await context.showGraph(root, entity.id);
  }
}

/** Opens a place that the memory names; says so where it is not there any more. */
export async function openPath(
  { window, dialogue }: Pick<CommandContext, 'window' | 'dialogue'>,
  root: string,
  place: Pick<ShownPlace, 'path' | 'words'> & {
    readonly startLine?: number | undefined;
    readonly endLine?: number | undefined;
  },
  beside = false,
): Promise<void> {
  const { startLine, endLine, words } = place;
  const path = pathInside(root, place.path);
  const isOpen =
    path !== undefined &&
    (await window.showPlace(
      {
        path,
        ...(startLine === undefined || startLine === 0 ? {} : { startLine }),
        ...(endLine === undefined || endLine === 0 ? {} : { endLine }),
        ...(words === undefined ? {} : { words }),
      },
      beside,
    ));
  if (!isOpen) {
    dialogue.mention(t`${plainLine(place.path, 100)} cannot be opened: it may be gone since it was indexed.`);
  }
}

/** The review of a task where it has changes, else what happened in it. */
export async function openTask(
  { hosts, window, dialogue }: Pick<CommandContext, 'hosts' | 'window' | 'dialogue'>,
  root: string,
  task: string,
): Promise<void> {
  const found = hosts.find(root, task);
  if (found === undefined) {
    dialogue.mention(t('The task of this episode is gone; what was learned of it is still known.'));
    return;
  }
  await window.run(hasChanges(found.task) ? 'nightshift.reviewTask' : 'nightshift.openTrace', { root, task });
}
