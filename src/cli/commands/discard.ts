import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const discardCommand: Command = {
  name: 'discard',
  summary: 'Give a task up; its trace is kept',
  operands: [taskOperand],
  options: {},
  json: true,
  run: (invocation) =>
    withTask(invocation, async (client, { id }) => {
      const result = await client.request('discardTask', { task: id }, invocation.signal);
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.task(result.value.task);
      return result.value.task.state === 'discarded' ? exitCode.done : exitCode.failed;
    }),
};
