import { longestNote } from '../../protocol/host.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { limitOptions, limitWish } from '../limitOptions.ts';
import { offerModelKey, openaiBaseUrlOf } from '../offerModelKey.ts';
import { stringOption } from '../optionValues.ts';
import { taskOperand, withTask } from '../withTask.ts';
import { watched, watchTask } from '../watchTask.ts';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'Let a task go on that failed or waits, from its last checkpoint',
  operands: [taskOperand],
  options: {
    ...limitOptions('must be above the present limit', 'likewise', 'likewise'),
    note: { type: 'string', value: 'TEXT', help: 'what the agent should know or do differently' },
    detach: { type: 'boolean', help: 'do not wait; the task goes on in the background' },
  },
  json: true,
  ownInterrupts: true,
  run: async (invocation) => {
    const limits = limitWish(invocation.values);
    if (!limits.ok) {
      return limits.error;
    }
    const note = stringOption(invocation.values, 'note')?.trim();
    if (note !== undefined && (note === '' || note.length > longestNote)) {
      return usage(`--note takes 1 to ${longestNote} characters. Put details into a file of the repository.`);
    }
    return watched(invocation, (scoped) =>
      withTask(
        scoped,
        async (client, { id, trace }) => {
          const { environment } = scoped.io;
          const told = await offerModelKey(client, openaiBaseUrlOf(undefined, environment), environment);
          if (!told.ok) {
            return told.error;
          }
          const resumed = await client.request('resumeTask', {
            task: id,
            ...(limits.value === undefined ? {} : { limits: limits.value }),
            ...(note === undefined ? {} : { note }),
          });
          return resumed.ok ? watchTask(scoped, client, resumed.value.task, trace.events) : resumed.error;
        },
        { trace: true },
      ),
    );
  },
};
