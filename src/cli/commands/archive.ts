import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { flag } from '../optionValues.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const archiveCommand: Command = {
  name: 'archive',
  summary: 'Put a task that is over out of the list; nothing of it is removed',
  operands: [taskOperand],
  options: { restore: { type: 'boolean', help: 'bring it back into the list' } },
  json: true,
  run: async (invocation) =>
    withTask(invocation, async (client, { id }) => {
      const archived = !flag(invocation.values, 'restore');
      const result = await client.request('archiveTask', { task: id, archived }, invocation.signal);
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.task(result.value.task);
      return exitCode.done;
    }),
};
