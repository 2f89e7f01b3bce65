import { resolve } from 'node:path';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostParams } from '../../protocol/host.ts';
import type { Command, Invocation } from '../command.ts';
import { usage, type UsageFailure } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { flag, stringOption } from '../optionValues.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const takeOverCommand: Command = {
  name: 'take-over',
  summary: 'Go on with a task yourself: the agent stops, and its work is in a worktree of your own',
  operands: [taskOperand],
  options: {
    worktree: { type: 'string', value: 'DIR', help: 'the new folder; beside the repository unless told' },
    branch: {
      type: 'string',
      value: 'NAME',
      help: 'the new branch; nightshift/ and the words of the goal unless told',
    },
    'leave-protected': { type: 'boolean', help: 'leave changes to protected files out' },
    'write-protected': { type: 'boolean', help: 'write changes to protected files too' },
  },
  json: true,
  run: async (invocation) => {
    const wish = readWish(invocation);
    if (!wish.ok) {
      return wish.error;
    }
    return withTask(invocation, async (client, { id }) => {
      const result = await client.request('takeOver', { task: id, ...wish.value }, invocation.signal);
      if (!result.ok) {
        return result.error;
      }
      invocation.writer.takenOver(result.value);
      return exitCode.done;
    });
  },
};

function readWish({ values, io }: Invocation): Result<Omit<HostParams<'takeOver'>, 'task'>, UsageFailure> {
  const leave = flag(values, 'leave-protected');
  const write = flag(values, 'write-protected');
  if (leave && write) {
    return fail(usage('Choose one of --leave-protected and --write-protected.'));
  }
  const directory = stringOption(values, 'worktree');
  const branch = stringOption(values, 'branch');
  return ok({
    ...(directory === undefined ? {} : { directory: resolve(io.cwd, directory) }),
    ...(branch === undefined ? {} : { branch }),
    ...(leave || write ? { protected: leave ? ('leave' as const) : ('write' as const) } : {}),
  });
}
