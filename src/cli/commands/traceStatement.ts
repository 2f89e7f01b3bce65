import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const traceStatementCommand: Command = {
  name: 'trace statement',
  summary: "Print the signed statement about a task's changeset: an in-toto statement in a DSSE envelope",
  operands: [taskOperand],
  options: {},
  json: false,
  run: (invocation) =>
    withTask(invocation, async (client, { id }) => {
      const statement = await client.request('traceStatement', { task: id }, invocation.signal);
      if (!statement.ok) {
        return statement.error;
      }
      invocation.io.stdout.write(statement.value.envelope);
      return exitCode.done;
    }),
};
