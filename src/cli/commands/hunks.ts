import { decodeBase64 } from '../../base/base64.ts';
import { namedChanges } from '../changedPath.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const hunksCommand: Command = {
  name: 'hunks',
  summary: 'Print the changes of one file of a task with the numbers that `apply` and `reject` take',
  operands: [taskOperand],
  options: { file: { type: 'string', multiple: true, value: 'P', help: 'the file' } },
  json: true,
  run: (invocation) =>
    withTask(invocation, async (client, task, root) => {
      const files = namedChanges(invocation, task, root);
      if (!files.ok) {
        return files.error;
      }
      const [file] = files.value;
      if (file === undefined || files.value.length > 1) {
        return usage('Name the one file with --file.');
      }
      const where = { task: task.id, path: file.path };
      const listed = await client.request('hunks', where, invocation.signal);
      if (!listed.ok) {
        return listed.error;
      }
      const sides: string[][] = [];
      for (const side of ['base', 'result'] as const) {
        const read = await client.request('readSide', { ...where, side }, invocation.signal);
        if (!read.ok) {
          return read.error;
        }
        const bytes = read.value.bytes === null ? new Uint8Array() : decodeBase64(read.value.bytes);
        sides.push(new TextDecoder().decode(bytes).match(/[^\n]*\n|[^\n]+$/g) ?? []);
      }
      const [base = [], result = []] = sides;
      const hunks = listed.value.hunks?.map(({ baseStart, baseCount, resultStart, resultCount, status }, index) => ({
        number: index + 1,
        status,
        baseStart,
        baseCount,
        resultStart,
        resultCount,
        removed: base.slice(baseStart, baseStart + baseCount),
        added: result.slice(resultStart, resultStart + resultCount),
      }));
      invocation.writer.hunks(file.path, hunks);
      return exitCode.done;
    }),
};
