import { t } from '@vscode/l10n';
import { failure } from '../../base/failure.ts';
import { longestWords } from '../../protocol/conversation.ts';
import type { Command, CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { chosenTask } from './chosenTask.ts';
import { showFailure } from './showFailure.ts';
import { missingForTasks } from './startTask.ts';
import { isAsking, taskTitle } from './taskText.ts';

/** Answers what an agent asked: one of the answers that it offers, or words of the person's own. */
export const answerQuestion: Command = async (context, argument) => {
  const chosen = await chosenTask(context, argument, isAsking, t('Answer the question of which task?'));
  if (chosen !== undefined) {
    await askPerson(context, chosen);
  }
};

/** Characters of an answer that can be read whole on a button of a note, and the most buttons beside *Answer…*. */
const longestButton = 32;
const mostButtons = 3;

const otherAnswer = t('Answer…');

/** What a note about a question offers: its answers where all are short, and always words of the person's own. */
export function answerButtons(
  context: CommandContext,
  reference: TaskReference,
): Readonly<Record<string, () => unknown>> {
  const options = reference.task.question?.options ?? [];
  const fit = options.length <= mostButtons && options.every(({ length }) => length <= longestButton);
  return Object.fromEntries([
    ...(fit ? options.map((option) => [option, () => send(context, reference, option)] as const) : []),
    [otherAnswer, () => answerQuestion(context, { root: reference.root, task: reference.task.id })],
  ]);
}

async function askPerson(context: CommandContext, reference: TaskReference): Promise<void> {
  const { text = '', options = [] } = reference.task.question ?? {};
  const title = t`Answer: ${taskTitle(reference.task)}`;
  if (options.length > 0) {
    const items = options.map((option) => ({ icon: 'reply', label: option, description: '', value: option }));
    const own = { icon: 'edit', label: t('Another Answer…'), description: '', value: undefined };
    const picked = await context.dialogue.pick<string | undefined>(title, text, [
      { label: text, items },
      { label: '', items: [own] },
    ]);
    if (picked === undefined || picked.value !== undefined) {
      await (picked?.value === undefined ? undefined : send(context, reference, picked.value));
      return;
    }
  }
  const words = await context.dialogue.ask(title, text, t('Your answer; the agent goes on with it'));
  if (words !== undefined && words.trim() !== '') {
    await send(context, reference, words.trim());
  }
}

async function send(context: CommandContext, { root, task }: TaskReference, text: string): Promise<void> {
  const missing = missingForTasks(context.window);
  if (missing !== undefined) {
    showFailure(context, missing);
    return;
  }
  if (text.length > longestWords) {
    const message = t`An answer has at most ${longestWords} characters. Put details into a file of the repository.`;
    showFailure(context, failure('too-long', message));
    return;
  }
  // A note stays for hours: what it asked may have been answered since, and something else asked.
  const params = { task: task.id, text, ...(task.question === undefined ? {} : { question: task.question.text }) };
  const answer = await context.hosts.of(root).request('answer', params, new AbortController().signal);
  if (answer.ok) {
    context.dialogue.mention(t('Answered. The agent goes on.'));
  } else {
    showFailure(context, answer.error, answer.error.reason === 'no-question' ? 'warning' : 'error');
  }
}
