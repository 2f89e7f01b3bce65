import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { followTask } from '../followTask.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const pauseCommand: Command = {
  name: 'pause',
  summary: 'Stop a task for now; `resume` goes on from its last checkpoint',
  operands: [taskOperand],
  options: {},
  json: true,
  run: (invocation) =>
    withTask(invocation, async (client, { id }) => {
      const { writer, signal } = invocation;
      const result = await client.request('pauseTask', { task: id }, signal);
      if (!result.ok) {
        return result.error;
      }
      const rested = await followTask({ client, task: id, onLine: () => undefined, signal });
      if (!rested.ok) {
        return rested.error;
      }
      writer.task(rested.value);
      return rested.value.state === 'paused' ? exitCode.done : exitCode.failed;
    }),
};
