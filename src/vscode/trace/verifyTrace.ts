import { t } from '@vscode/l10n';
import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import { badTraceText } from '../../protocol/badTraceText.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { chosenTask } from '../tasks/chosenTask.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { isActive } from '../tasks/taskText.ts';

/** Checks a task's trace from its bytes on disk, also against what this editor remembers of it, and says what was found. */
export const verifyTrace: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, () => true, t('Verify the trace of which task?'));
  if (chosen === undefined) {
    return undefined;
  }
  const checked = await context.dialogue.withProgress(t('Verifying the trace'), (signal) =>
    checkTrace(context, chosen, signal),
  );
  if (!checked.ok) {
    showFailure(context, checked.error);
    return undefined;
  }
  const { wrong, events, isOfOtherVersion } = checked.value;
  note(
    context,
    wrong === undefined ? 'information' : 'error',
    wrong === undefined
      ? t`The trace is whole: ${events} events, every one in its place.`
      : t`The trace ${wrong}.${isOfOtherVersion ? '' : t(" Do not rely on this task's record.")}`,
  );
  return wrong === undefined;
};

export interface CheckedTrace {
  /** What is wrong with it, as the end of a sentence that begins with "The trace"; undefined where it is whole. */
  readonly wrong: string | undefined;
  readonly events: number;
  /** It is not damaged: a version of the product that is not this one wrote it. */
  readonly isOfOtherVersion: boolean;
}

/** Checks a trace, says nothing, and remembers one that is whole. */
export async function checkTrace(
  { anchors, hosts }: Pick<CommandContext, 'anchors' | 'hosts'>,
  { root, task }: TaskReference,
  signal: AbortSignal,
): Promise<Result<CheckedTrace, Failure>> {
  const known = await anchors.head(root, task.id);
  const answer = await hosts
    .of(root)
    .request('verifyTrace', { task: task.id, ...(known === undefined ? {} : { known }) }, signal);
  if (!answer.ok) {
    return answer;
  }
  const { ok: isWhole, events, head, key, firstBad } = answer.value;
  const wrong = whatIsWrong(answer.value, await anchors.key(root));
  if (isWhole && wrong === undefined && key !== undefined) {
    await anchors.rememberKey(root, key);
  }
  // Of a task at work the last lines may not be on disk yet.
  if (isWhole && wrong === undefined && head !== undefined && !isActive(task)) {
    await anchors.rememberHead(root, task.id, head);
  }
  return ok({ wrong, events, isOfOtherVersion: firstBad?.version !== undefined });
}

function whatIsWrong(
  { ok: isWhole, key, firstBad }: HostResult<'verifyTrace'>,
  rememberedKey: string | undefined,
): string | undefined {
  if (!isWhole) {
    return firstBad === undefined ? t('was changed') : badTraceText(firstBad);
  }
  return rememberedKey === undefined || key === rememberedKey
    ? undefined
    : t('is signed with another key than the one this editor remembers');
}
