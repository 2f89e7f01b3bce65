import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const showCommand: Command = {
  name: 'show',
  summary: 'Show a task: its state, proof, files and trace',
  operands: [taskOperand],
  options: {},
  json: true,
  run: (invocation) =>
    withTask(invocation, async (_, task) => {
      invocation.writer.task(task);
      return exitCode.done;
    }),
};
