import { t } from '@vscode/l10n';
import { decodeBase64, encodeBase64 } from '../../base/base64.ts';
import type { HostParams } from '../../protocol/host.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { taskTitle } from '../tasks/taskText.ts';
import { patiently } from '../window/patiently.ts';
import type { FileToMerge } from './mergeEditors.ts';

export type MergedFiles = NonNullable<HostParams<'applyTask'>['merged']>;

/** A file in which a result and the person's own edits met, and the SHA-256 of the latter; null for nothing. */
export interface MergeToDo extends FileToMerge {
  readonly over: string | null;
}

/** What has to be merged by hand for an accept of these files; undefined where one of them is not between texts. */
export async function mergesToDo(
  context: CommandContext,
  { root, task }: TaskReference,
  paths: readonly { readonly path: string }[],
  files: HostParams<'applyTask'>['files'],
): Promise<readonly MergeToDo[] | undefined> {
  const merges: MergeToDo[] = [];
  for (const { path } of paths) {
    const params = { task: task.id, path, ...(files === undefined ? {} : { files }) };
    const answer = await patiently(context.dialogue, t`Preparing the merge of ${path}`, (signal) =>
      context.hosts.of(root).request('mergeSides', params, signal),
    );
    const sides = answer.ok ? answer.value.sides : null;
    const [base, result, checkout] = [sides?.base, sides?.result, sides?.checkout].map((text) =>
      text === undefined ? undefined : decodeBase64(text),
    );
    if (sides === null || base === undefined || result === undefined || checkout === undefined) {
      return undefined;
    }
    merges.push({ path, title: taskTitle(task), base, result, checkout, over: sides.over });
  }
  return merges.length === 0 ? undefined : merges;
}

/** Has the person merge one file after the other; undefined, and said, where they close one without accepting it. */
export async function mergeByHand(
  context: CommandContext,
  merges: readonly MergeToDo[],
): Promise<MergedFiles | undefined> {
  const editors = await context.merging();
  const merged: MergedFiles = [];
  for (const { over, ...file } of merges) {
    const bytes = await editors.merge(file);
    if (bytes === undefined) {
      context.dialogue.mention(t`Not accepted: the merge of ${file.path} was closed. Your files are as they were.`);
      return undefined;
    }
    merged.push({ path: file.path, bytes: encodeBase64(bytes), over });
  }
  return merged;
}
