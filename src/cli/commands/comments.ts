import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { stringOptions } from '../optionValues.ts';
import { taskOperand, withTask } from '../withTask.ts';

export const commentsCommand: Command = {
  name: 'comments',
  summary: 'List the comments on a task, with the answers of its agent and where their lines stand now',
  operands: [taskOperand],
  options: {
    resolve: { type: 'string', multiple: true, value: 'N', help: 'you have done with this comment' },
    reopen: { type: 'string', multiple: true, value: 'N', help: 'you have not' },
  },
  json: true,
  run: async (invocation) => {
    const wishes = [
      ...stringOptions(invocation.values, 'resolve').map((number) => ({ number, resolved: true })),
      ...stringOptions(invocation.values, 'reopen').map((number) => ({ number, resolved: false })),
    ];
    const wrong = wishes.find(({ number }) => !/^[1-9]\d{0,5}$/.test(number));
    if (wrong !== undefined) {
      return usage(`"${wrong.number}" is no number of a comment; \`nightshift comments <task>\` lists them.`);
    }
    return withTask(invocation, async (client, { id }) => {
      for (const { number, resolved } of wishes) {
        const params = { task: id, comment: Number(number), resolved };
        const done = await client.request('resolveComment', params, invocation.signal);
        if (!done.ok) {
          return done.error;
        }
      }
      const listed = await client.request('comments', { task: id }, invocation.signal);
      if (!listed.ok) {
        return listed.error;
      }
      invocation.writer.comments(listed.value.comments);
      return exitCode.done;
    });
  },
};
