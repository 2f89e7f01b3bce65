import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const traceVerifyCommand: Command = {
  name: 'trace verify',
  summary: 'Check that nothing in the trace of a task was edited, removed or reordered',
  operands: [taskOperand],
  options: {},
  json: true,
  run: (invocation) =>
    withTask(invocation, async (client, { id }) => {
      const result = await client.request('verifyTrace', { task: id }, invocation.signal);
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.verified(id, result.value);
      return result.value.ok ? exitCode.done : exitCode.failed;
    }),
};
