import { longestWords } from '../../protocol/conversation.ts';
import { changedPath } from '../changedPath.ts';
import type { Command } from '../command.ts';
import { usage } from '../commandLine.ts';
import { watched, watchTask } from '../watchTask.ts';
import { taskOperand, withTask } from '../withTask.ts';

/** `path:12` or `path:12-15`. */
const placeForm = /^(.+):([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/;

export const commentCommand: Command = {
  name: 'comment',
  summary: 'Send a result back to its agent with a comment on lines of it',
  operands: [
    taskOperand,
    { name: 'FILE:LINE[-LINE]', missing: 'Which lines? Give them as FILE:LINE or FILE:FIRST-LAST.' },
    { name: 'TEXT', missing: 'Comment what? Put it in quotation marks.' },
  ],
  options: { detach: { type: 'boolean', help: 'do not wait; the agent goes over it in the background' } },
  json: true,
  ownInterrupts: true,
  run: async (invocation) => {
    const [, place = '', words = ''] = invocation.positionals;
    const text = words.trim();
    const [, file, first, last = first] = placeForm.exec(place) ?? [];
    if (file === undefined) {
      return usage(`"${place}" names no lines; give them as FILE:LINE or FILE:FIRST-LAST.`);
    }
    if (text === '' || text.length > longestWords) {
      return usage(`A comment has 1 to ${longestWords} characters. Put details into a file of the repository.`);
    }
    return watched(invocation, (scoped) =>
      withTask(
        scoped,
        async (client, task, root) => {
          const path = changedPath(task, file, root, scoped.io.cwd);
          if (!path.ok) {
            return path.error;
          }
          const comment = { path: path.value, startLine: Number(first) - 1, endLine: Number(last) - 1, text };
          const review = { task: task.id, hash: task.changeset?.hash ?? '', comments: [comment] };
          const sent = await client.request('sendReview', review, scoped.signal);
          return sent.ok ? watchTask(scoped, client, sent.value.task, task.trace.events) : sent.error;
        },
        { trace: true },
      ),
    );
  },
};
