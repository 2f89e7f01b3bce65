import { t } from '@vscode/l10n';
import { errorText } from '../../base/failure.ts';
import type { HostParams, HostResult } from '../../protocol/host.ts';
import type { ChangedFileView } from '../../protocol/taskView.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { mergeByHand, type MergedFiles, mergesToDo } from './mergeConflicts.ts';
import { missingForTasks } from '../tasks/startTask.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { count, taskTitle } from '../tasks/taskText.ts';
import { patiently } from '../window/patiently.ts';
import { showReview } from './reviewTask.ts';
import { saveFirst } from './saveFirst.ts';

/** With `hunks`, by their numbers from 1, only those. */
export interface FileToApply {
  readonly path: string;
  readonly hunks?: number[];
}

/**
 * Writes files of a result to the checkout, by the host's three-way merge. What the person has not saved yet is saved first or
 * nothing happens; where the two conflict nothing is changed, and the merge editor opens, or the conflict is named. `wanted` undefined: every file that is not protected.
 * Answers the paths that were accepted, without waiting for merges. `place`: where they go beside the working tree, or instead of
 * it. `merged`: what the person made of conflicts before.
 */
export async function applyFiles(
  context: CommandContext,
  reference: TaskReference,
  files: readonly ChangedFileView[],
  wanted: readonly FileToApply[] | undefined,
  place?: HostParams<'applyTask'>['place'],
  merged: MergedFiles = [],
): Promise<readonly string[] | undefined> {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing, 'warning');
    return undefined;
  }
  const { root, task } = reference;
  const save = { question: t('Save your changes before accepting?'), agree: t('Save and Accept'), past: 'accepted' };
  const isElsewhere = place?.kind === 'branch' || place?.kind === 'worktree';
  if (!isElsewhere && !(await saveFirst(context, root, files, save))) {
    return undefined;
  }
  const params = {
    task: task.id,
    ...(wanted === undefined ? {} : { files: [...wanted] }),
    ...(place === undefined ? {} : { place }),
    ...(merged.length === 0 ? {} : { merged }),
  };
  const answer = await patiently(context.dialogue, t`Accepting: ${taskTitle(task)}`, (signal) =>
    context.hosts.of(root).request('applyTask', params, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  const { conflicts } = answer.value;
  const isMerge = conflicts.every(({ reason }) => reason === 'changed-meanwhile' || reason === 'exists-already');
  const merges =
    place === undefined && isMerge ? await mergesToDo(context, reference, conflicts, params.files) : undefined;
  if (merges === undefined) {
    report(context, reference, answer.value, place);
  } else {
    // A person may take as long as they want.
    mergeByHand(context, merges)
      .then((made) => (made === undefined ? undefined : applyFiles(context, reference, files, wanted, place, made)))
      .catch((error: unknown) => context.log.error(`After a merge: ${errorText(error)}`));
  }
  return answer.value.applied;
}

function report(
  context: CommandContext,
  reference: TaskReference,
  { applied, conflicts, remaining, placed }: HostResult<'applyTask'>,
  place: HostParams<'applyTask'>['place'],
): void {
  const accepted = t`Accepted ${count(applied.length, 'file')}${placed === undefined ? '' : placedText(placed)}.`;
  const notPlaced = conflicts.find(({ reason }) => reason === 'not-placed');
  if (notPlaced !== undefined) {
    note(context, 'warning', notPlaced.message);
    return;
  }
  if (conflicts.length > 0) {
    const because = place === undefined ? t(', because you changed the same lines meanwhile') : '';
    const names = conflicts.map((conflict) => conflict.path).join(', ');
    const detail = conflicts.length === 1 ? ` ${conflicts[0]?.message ?? ''}` : '';
    const rest =
      applied.length === 0 ? t('Nothing was changed.') : t`${count(applied.length, t('other file'))} accepted.`;
    note(
      context,
      'warning',
      t`Not accepted${because}: ${names}.${detail} ${rest} Take over what you want from the review, or delegate again from the present state.`,
      { Review: () => showReview(context, reference) },
    );
    return;
  }
  if (remaining.length > 0) {
    note(
      context,
      'information',
      t`${accepted} Protected, each needs its own accept in the Tasks view: ${remaining.join(', ')}.`,
    );
    return;
  }
  context.dialogue.mention(accepted);
}

function placedText({ commit, branch, directory }: NonNullable<HostResult<'applyTask'>['placed']>): string {
  if (commit === undefined) {
    return t(', staged');
  }
  const on = branch === null || branch === undefined ? '' : ` on ${branch}`;
  return t` as commit ${commit.slice(0, 7)}${on}${directory === undefined ? '' : t`, in ${directory}`}`;
}
