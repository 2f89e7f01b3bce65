import { realpathSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { fail, ok, type Result } from '../../base/result.ts';
import type { TaskView } from '../../protocol/taskView.ts';
import type { Command } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { stringOptions } from '../optionValues.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const applyCommand: Command = {
  name: 'apply',
  summary: 'Take the changes of a task over into the working tree; protected files only when named',
  operands: [taskOperand],
  options: {
    file: { type: 'string', multiple: true, value: 'P', help: 'only this file; names a protected file to accept it' },
  },
  json: true,
  run: (invocation) =>
    withTask(invocation, async (client, task, root) => {
      const paths: string[] = [];
      for (const given of stringOptions(invocation.values, 'file')) {
        const path = changedPath(task, given, root, invocation.io.cwd);
        if (!path.ok) {
          return path.error;
        }
        paths.push(path.value);
      }
      const result = await client.request(
        'applyTask',
        { task: task.id, ...(paths.length === 0 ? {} : { paths }) },
        invocation.signal,
      );
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.applied(result.value);
      const { applied, conflicts, remaining } = result.value;
      const holds = conflicts.length === 0 && (applied.length > 0 || remaining.length === 0);
      return holds ? exitCode.done : exitCode.failed;
    }),
};

/** A file as the changeset names it, from its path in the repository or from where the user stands. */
function changedPath(task: TaskView, given: string, root: string, cwd: string): Result<string, UsageFailure> {
  const files = task.changeset?.files.map((file) => file.path) ?? [];
  const fromHere = relative(root, resolve(realpathSync(cwd), given))
    .split(sep)
    .join('/');
  const path = [given, fromHere].find((candidate) => files.includes(candidate));
  const known =
    files.length === 0
      ? 'it has no changed files'
      : `it changes ${files.slice(0, 5).join(', ')}${files.length > 5 ? ', …' : ''}`;
  return path === undefined ? fail(usage(`"${given}" is not a changed file of ${task.id}; ${known}.`)) : ok(path);
}
