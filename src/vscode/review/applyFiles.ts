import type { HostResult } from '../../protocol/host.ts';
import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { count } from '../tasks/taskText.ts';
import { showReview } from './reviewTask.ts';

/**
 * Writes files of a result to the checkout, by the host's three-way merge. What the person has not saved yet is saved first or
 * nothing happens; a conflict changes nothing in its file and is named. `paths` undefined: every file that is not protected.
 * Answers the paths that were written.
 */
export async function applyFiles(
  context: CommandContext,
  reference: TaskReference,
  files: readonly ChangedFileView[],
  paths: string[] | undefined,
): Promise<readonly string[] | undefined> {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const { root, task } = reference;
  if (!(await saveFirst(context, root, files))) {
    return undefined;
  }
  const params = paths === undefined ? { task: task.id } : { task: task.id, paths };
  const answer = await context.hosts.of(root).request('applyTask', params, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  report(context, reference, answer.value);
  return answer.value.applied;
}

async function saveFirst(context: CommandContext, root: string, files: readonly ChangedFileView[]): Promise<boolean> {
  const { window, dialogue } = context;
  const unsaved = window.unsaved(files.map((file) => absolutePath(root, file.path)));
  const names = unsaved.map((path) => path.slice(root.length + 1)).join(', ');
  if (unsaved.length === 0) {
    return true;
  }
  const agreed = await dialogue.confirm(
    `Save ${count(unsaved.length, 'file')} before accepting?`,
    `You have changes that are not saved in ${names}. They are saved first and merged with the agent's; nothing of yours is lost.`,
    'Save and Accept',
  );
  if (!agreed) {
    return false;
  }
  if (await window.save(unsaved)) {
    return true;
  }
  note(context, 'error', `Not accepted, since not every file could be saved: ${names}.`);
  return false;
}

function report(
  context: CommandContext,
  reference: TaskReference,
  { applied, conflicts, remaining }: HostResult<'applyTask'>,
): void {
  if (conflicts.length > 0) {
    const names = conflicts.map((conflict) => conflict.path).join(', ');
    const detail = conflicts.length === 1 ? ` ${conflicts[0]?.message ?? ''}` : '';
    const rest = applied.length === 0 ? 'Nothing was changed.' : `${count(applied.length, 'other file')} accepted.`;
    note(
      context,
      'warning',
      `Not accepted, because you changed the same lines meanwhile: ${names}.${detail} ${rest} Take over what you want from the review, or delegate again from the present state.`,
      { Review: () => showReview(context, reference) },
    );
    return;
  }
  if (remaining.length > 0) {
    note(
      context,
      'information',
      `Accepted ${count(applied.length, 'file')}. Protected, each needs its own accept in the Tasks view: ${remaining.join(', ')}.`,
    );
    return;
  }
  context.dialogue.mention(`Accepted ${count(applied.length, 'file')}.`);
}

/** The path as the editor names it on this platform. */
function absolutePath(root: string, path: string): string {
  return root.includes('\\') ? `${root}\\${path.replaceAll('/', '\\')}` : `${root}/${path}`;
}
