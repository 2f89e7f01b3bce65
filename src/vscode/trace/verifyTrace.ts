import { badTraceText } from '../../protocol/badTraceText.ts';
import type { HostResult } from '../../protocol/host.ts';
import type { Command } from '../commands/command.ts';
import { chosenTask } from '../tasks/chosenTask.ts';
import { note, showFailure } from '../tasks/showFailure.ts';
import { isActive } from '../tasks/taskText.ts';

/** Checks a task's trace from its bytes on disk, also against what this editor remembers of it, and says what was found. */
export const verifyTrace: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, () => true, 'Verify the trace of which task?');
  if (chosen === undefined) {
    return undefined;
  }
  const { root, task } = chosen;
  const { anchors } = context;
  const known = await anchors.head(root, task.id);
  const answer = await context.dialogue.withProgress('Verifying the trace', (signal) =>
    context.hosts.of(root).request('verifyTrace', { task: task.id, ...(known === undefined ? {} : { known }) }, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  const { ok, events, head, key } = answer.value;
  const wrong = whatIsWrong(answer.value, await anchors.key(root));
  note(
    context,
    wrong === undefined ? 'information' : 'error',
    wrong === undefined
      ? `The trace is whole: ${events} events, every one in its place.`
      : `The trace ${wrong}.${answer.value.firstBad?.version === undefined ? " Do not rely on this task's record." : ''}`,
  );
  if (ok && wrong === undefined && key !== undefined) {
    await anchors.rememberKey(root, key);
  }
  // Of a task at work the last lines may not be on disk yet.
  if (ok && wrong === undefined && head !== undefined && !isActive(task)) {
    await anchors.rememberHead(root, task.id, head);
  }
  return wrong === undefined;
};

function whatIsWrong(
  { ok, key, firstBad }: HostResult<'verifyTrace'>,
  rememberedKey: string | undefined,
): string | undefined {
  if (!ok) {
    return firstBad === undefined ? 'was changed' : badTraceText(firstBad);
  }
  return rememberedKey === undefined || key === rememberedKey
    ? undefined
    : 'is signed with another key than the one this editor remembers';
}
