import { namedChanges } from '../changedPath.ts';
import type { Command } from '../command.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const undoCommand: Command = {
  name: 'undo',
  summary: 'Take what was accepted of a task back out of the working tree; what you changed since stays',
  operands: [taskOperand],
  options: {
    file: { type: 'string', multiple: true, value: 'P', help: 'only this file' },
  },
  json: true,
  run: async (invocation) =>
    withTask(invocation, async (client, task, root) => {
      const files = namedChanges(invocation, task, root);
      if (!files.ok) {
        return files.error;
      }
      const paths = files.value.map(({ path }) => path);
      const named = paths.length === 0 ? {} : { paths };
      const result = await client.request('undoAccept', { task: task.id, ...named }, invocation.signal);
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.undone(result.value);
      return result.value.conflicts.length === 0 ? exitCode.done : exitCode.failed;
    }),
};
