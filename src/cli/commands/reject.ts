import { misnamedHunks, namedChanges } from '../changedPath.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { flag } from '../optionValues.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const rejectCommand: Command = {
  name: 'reject',
  summary: 'Leave files or hunks of a task out of what `apply` takes over',
  operands: [taskOperand],
  options: {
    file: { type: 'string', multiple: true, value: 'P', help: 'this file' },
    hunk: { type: 'string', multiple: true, value: 'N', help: 'only this hunk of the file, by its number in `hunks`' },
    restore: { type: 'boolean', help: 'take it back: what was rejected can be accepted again' },
  },
  json: true,
  run: async (invocation) =>
    misnamedHunks(invocation) ??
    withTask(invocation, async (client, task, root) => {
      const files = namedChanges(invocation, task, root);
      if (!files.ok) {
        return files.error;
      }
      if (files.value.length === 0) {
        return usage(`Name what is rejected with --file; \`nightshift discard ${task.id}\` gives up the whole task.`);
      }
      const restore = flag(invocation.values, 'restore');
      let view = task;
      for (const file of files.value) {
        const result = await client.request('rejectChanges', { task: task.id, file, restore }, invocation.signal);
        if (!result.ok) {
          return result.error;
        }
        view = result.value.task;
      }
      invocation.writer.task(view);
      return exitCode.done;
    }),
};
