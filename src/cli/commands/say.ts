import { longestWords } from '../../protocol/conversation.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const sayCommand: Command = {
  name: 'say',
  summary: 'Tell the agent of a task something: while it works, before it goes on, or about its result',
  operands: [taskOperand, { name: 'TEXT', missing: 'Say what? Put it in quotation marks.' }],
  options: {},
  json: true,
  run: async (invocation) => {
    const text = invocation.positionals[1]?.trim() ?? '';
    return text === '' || text.length > longestWords
      ? usage(`What you say has 1 to ${longestWords} characters. Put details into a file of the repository.`)
      : withTask(invocation, async (client, { id }) => {
          const said = await client.request('say', { task: id, text }, invocation.signal);
          if (!said.ok) {
            return said.error;
          }
          invocation.writer.task(said.value.task);
          return exitCode.done;
        });
  },
};
