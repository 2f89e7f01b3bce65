import { t } from '@vscode/l10n';
import type { TaskView } from '../../../protocol/taskView.ts';
import type { Command, CommandContext } from '../../commands/command.ts';
import { chosenTask, namedTask } from '../../tasks/chosenTask.ts';
import { showFailure } from '../../tasks/showFailure.ts';

/** Keeps what was written into a thread; nothing is sent. */
export const addComment: Command = async ({ conversation, dialogue }, reply) => {
  const of = conversation.add(reply);
  if (of !== undefined) {
    const count = conversation.drafts(of.task).length;
    dialogue.mention(t`${count === 1 ? t('1 comment waits') : t`${count} comments wait`} for Send Review.`);
  }
};

export const removeComment: Command = async ({ conversation }, comment) => conversation.remove(comment);

/** Sends a result back to its agent with all comments that were written on it. */
export const sendReview: Command = async (context, argument) => {
  const { conversation, dialogue, hosts } = context;
  const named = conversation.taskOf(argument) ?? namedTask(argument);
  const fits = ({ id }: TaskView): boolean => conversation.drafts(id).length > 0;
  const reference = await chosenTask(context, named, fits, t('Send the review of which task?'));
  if (reference === undefined) {
    return;
  }
  const { root, task } = reference;
  const drafts = conversation.drafts(task.id);
  const params = {
    task: task.id,
    hash: drafts[0]?.hash ?? '',
    comments: drafts.map(({ path, startLine, endLine, text }) => ({ path, startLine, endLine, text })),
  };
  const answer = await hosts.of(root).request('sendReview', params, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
    return;
  }
  conversation.sent(reference);
  dialogue.mention(
    t`Sent ${drafts.length === 1 ? t('1 comment') : `${drafts.length} comments`}; the agent goes over it.`,
  );
};

export const resolveComment: Command = (context, thread) => setResolved(context, thread, true);
export const reopenComment: Command = (context, thread) => setResolved(context, thread, false);

async function setResolved(context: CommandContext, thread: unknown, resolved: boolean): Promise<void> {
  const sent = context.conversation.sentComment(thread);
  if (sent === undefined) {
    context.dialogue.mention(t('Call this on a comment that was sent.'));
    return;
  }
  const params = { task: sent.task, comment: sent.number, resolved };
  const answer = await context.hosts.of(sent.root).request('resolveComment', params, new AbortController().signal);
  if (!answer.ok) {
    showFailure(context, answer.error);
  }
}
