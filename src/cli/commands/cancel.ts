import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { followTask } from '../followTask.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const cancelCommand: Command = {
  name: 'cancel',
  summary:
    'Stop a task for good; what it has changed until then stays for `nightshift patch` until a discard; a revision ends with the result from before it',
  operands: [taskOperand],
  options: {},
  json: true,
  run: (invocation) =>
    withTask(invocation, async (client, { id }) => {
      const { writer, signal } = invocation;
      const result = await client.request('cancelTask', { task: id }, signal);
      if (!result.ok) {
        return result.error;
      }
      const rested = await followTask({ client, task: id, onLine: () => undefined, signal });
      if (!rested.ok) {
        return rested.error;
      }
      writer.task(rested.value);
      const { state, reason } = rested.value;
      // A revision that is cancelled leaves the result that there was before it.
      return state === 'cancelled' || reason?.code === 'revision-cancelled' ? exitCode.done : exitCode.failed;
    }),
};
