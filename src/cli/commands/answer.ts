import { longestWords } from '../../protocol/conversation.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const answerCommand: Command = {
  name: 'answer',
  summary: 'Answer what the agent of a task asked you; it goes on with your answer',
  operands: [taskOperand, { name: 'TEXT', missing: 'Answer what? Put it in quotation marks.' }],
  options: {},
  json: true,
  run: async (invocation) => {
    const text = invocation.positionals[1]?.trim() ?? '';
    return text === '' || text.length > longestWords
      ? usage(`An answer has 1 to ${longestWords} characters. Put details into a file of the repository.`)
      : withTask(invocation, async (client, { id }) => {
          const answered = await client.request('answer', { task: id, text }, invocation.signal);
          if (!answered.ok) {
            return answered.error;
          }
          invocation.writer.task(answered.value.task);
          return exitCode.done;
        });
  },
};
