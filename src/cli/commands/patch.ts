import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const patchCommand: Command = {
  name: 'patch',
  summary: 'Print the unified diff of a task, as `git apply` reads it when it goes to a file or a pipe',
  operands: [taskOperand],
  options: {},
  json: false,
  run: (invocation) =>
    withTask(invocation, async (client, task) => {
      const patch = await client.request('patch', { task: task.id }, invocation.signal);
      if (!patch.ok) {
        return patch.error;
      }
      if (invocation.io.stdout.isTty) {
        invocation.writer.patch(patch.value.patch);
      } else {
        invocation.io.stdout.write(patch.value.patch);
      }
      return exitCode.done;
    }),
};
