import type { Command } from '../commands/command.ts';
import { chosenTask } from '../tasks/chosenTask.ts';
import { note, showFailure } from '../tasks/showFailure.ts';

/** Checks the chain of a task's trace from its bytes on disk and says what was found. */
export const verifyTrace: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, () => true, 'Verify the trace of which task?');
  if (chosen === undefined) {
    return undefined;
  }
  const { root, task } = chosen;
  const answer = await context.dialogue.withProgress('Verifying the trace', (signal) =>
    context.hosts.of(root).request('verifyTrace', { task: task.id }, signal),
  );
  if (!answer.ok) {
    showFailure(context, answer.error);
    return undefined;
  }
  const { ok, events, firstBad } = answer.value;
  note(
    context,
    ok ? 'information' : 'error',
    ok
      ? `The trace is whole: ${events} events, every one in its place.`
      : `The trace was changed: line ${firstBad?.line ?? 0}: ${firstBad?.reason ?? 'unknown'}. Do not rely on this task's record.`,
  );
  return ok;
};
