import { resolve } from 'node:path';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostParams } from '../../protocol/host.ts';
import { misnamedHunks, namedChanges } from '../changedPath.ts';
import type { Command, Invocation } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const applyCommand: Command = {
  name: 'apply',
  summary: 'Take the changes of a task over: into the working tree, staged, as a commit, or to a branch of its own',
  operands: [taskOperand],
  options: {
    file: { type: 'string', multiple: true, value: 'P', help: 'only this file; names a protected file to accept it' },
    hunk: { type: 'string', multiple: true, value: 'N', help: 'only this hunk of the file, by its number in `hunks`' },
    staged: { type: 'boolean', help: 'stage it too' },
    commit: { type: 'boolean', help: 'commit it too, and nothing else that is staged' },
    branch: { type: 'string', value: 'NAME', help: 'as a commit on a new branch; the working tree stays as it is' },
    worktree: {
      type: 'string',
      value: 'DIR',
      help: 'the same, checked out in a new folder; --branch names its branch',
    },
  },
  json: true,
  run: async (invocation) => {
    const place = namedPlace(invocation);
    if (!place.ok) {
      return place.error;
    }
    const misnamed = misnamedHunks(invocation);
    if (misnamed !== undefined) {
      return misnamed;
    }
    return withTask(invocation, async (client, task, root) => {
      const files = namedChanges(invocation, task, root);
      if (!files.ok) {
        return files.error;
      }
      const params = {
        task: task.id,
        ...(files.value.length === 0 ? {} : { files: files.value }),
        ...(place.value === undefined ? {} : { place: place.value }),
      };
      const result = await client.request('applyTask', params, invocation.signal);
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.applied(result.value);
      const { applied, conflicts, remaining } = result.value;
      const holds = conflicts.length === 0 && (applied.length > 0 || remaining.length === 0);
      return holds ? exitCode.done : exitCode.failed;
    });
  },
};

/** Where the command line wants the accept to go; undefined for the working tree alone. */
function namedPlace({ values, io }: Invocation): Result<HostParams<'applyTask'>['place'], UsageFailure> {
  const { staged, commit, branch, worktree } = values;
  const chosen = [staged === true, commit === true, branch !== undefined || worktree !== undefined];
  if (chosen.filter(Boolean).length > 1) {
    return fail(usage('Choose one of --staged, --commit, and --branch or --worktree.'));
  }
  if (staged === true || commit === true) {
    return ok({ kind: staged === true ? 'staged' : 'commit' });
  }
  const name = typeof branch === 'string' ? branch : undefined;
  if (typeof worktree === 'string') {
    return ok({ kind: 'worktree', directory: resolve(io.cwd, worktree), ...(name === undefined ? {} : { name }) });
  }
  return ok(name === undefined ? undefined : { kind: 'branch', name });
}
