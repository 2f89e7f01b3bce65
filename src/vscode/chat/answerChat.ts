import { t } from '@vscode/l10n';
import { failure, type Failure } from '../../base/failure.ts';
import type { CommandContext } from '../commands/command.ts';
import type { TaskReference } from '../host/taskHost.ts';
import { pathInside } from '../memory/hitItems.ts';
import { likelyRoot } from '../memory/memoryRoot.ts';
import { showReview } from '../review/reviewTask.ts';
import { fixesFor } from '../tasks/failureFix.ts';
import { connectFolders } from '../tasks/refreshTasks.ts';
import { repositoryFor, startTask } from '../tasks/startTask.ts';
import { plainLine } from '../../base/plainText.ts';
import { longestQuery } from '../../protocol/memory.ts';
import { hasChanges, isCancellable, proofText, taskDescription, taskTitle, verdictText } from '../tasks/taskText.ts';
import { chatDelegation, placeText } from './chatDelegation.ts';
import type { ChatPage, ChatPlace } from './chatPage.ts';
import type { ChatQuestion } from './chatQuestion.ts';
import { quoted } from './markdown.ts';

/** What came of a question, as far as a next one can follow from it. */
export interface ChatOutcome {
  readonly kind: ChatQuestion['kind'];
  /** The one task that the answer is about. */
  readonly task?: { readonly root: string; readonly task: string };
  readonly failure?: Failure;
  /** What was asked and not delegated. */
  readonly words?: string;
}

type Answer = Omit<ChatOutcome, 'kind'>;

/** Tasks that a status lists, newest first. */
const listedTasks = 15;
/** Places that an answer of the memory shows. */
const shownHits = 10;

const help = [
  t(
    'I give work to background agents: each works in a sandbox on a copy of this repository, and hands back a patch with test runs before and after. Your files do not change until you accept.',
  ),
  '',
  t(
    '- `@nightshift fix the failing test` or `/delegate` starts a task; attach files or a selection to say what it is about',
  ),
  t('- `/status` tells how your tasks stand'),
  t('- `/review` opens the changes of a task'),
  t('- `/recall` searches the memory of this repository'),
].join('\n');

/** Answers a question in the editor's chat, with no language model at all. */
export async function answerChat(
  context: CommandContext,
  question: ChatQuestion,
  places: readonly ChatPlace[],
  page: ChatPage,
  signal: AbortSignal,
): Promise<ChatOutcome> {
  const outcome = await answerFor(context, question, places, page, signal);
  if (outcome.failure !== undefined) {
    writeFixes(page, outcome.failure);
  }
  return { kind: question.kind, ...outcome };
}

async function answerFor(
  context: CommandContext,
  question: ChatQuestion,
  places: readonly ChatPlace[],
  page: ChatPage,
  signal: AbortSignal,
): Promise<Answer> {
  if (question.kind === 'delegate') {
    return delegateFromChat(context, question.words, places, page, signal);
  }
  if (question.kind === 'status') {
    return tellStatus(context, question.task, page);
  }
  if (question.kind === 'review') {
    return openReview(context, question.task, page);
  }
  if (question.kind === 'recall') {
    return recallInChat(context, question.words, page, signal);
  }
  if (question.kind === 'unclear') {
    page.write(t('A question changes no files, so nothing was delegated. This is what the memory knows of it:\n\n'));
    return { ...(await recallInChat(context, question.words, page, signal)), words: question.words };
  }
  page.write(help);
  return {};
}

async function delegateFromChat(
  context: CommandContext,
  words: string,
  places: readonly ChatPlace[],
  page: ChatPage,
  signal: AbortSignal,
): Promise<Answer> {
  if (words === '') {
    return { failure: failure('no-goal', t('Say what is to be done, for example: /delegate fix the failing test.')) };
  }
  const folders = context.window.folders();
  const place = places[0]?.path ?? context.window.activeCode()?.path;
  const near = place === undefined ? undefined : await repositoryFor(context, place);
  const root = near?.ok === true ? near : await repositoryFor(context, folders[0] ?? '');
  if (!root.ok) {
    return { failure: root.error };
  }
  const { goal, origin, used, outside } = chatDelegation(words, root.value, places);
  page.progress(t('Delegating to a background agent'));
  const started = await startTask(context, root.value, goal, origin, signal);
  if (!started.ok) {
    return { failure: started.error };
  }
  const { task } = started.value;
  const named = { root: root.value, task: task.id };
  page.write(
    t`Delegated: **${quoted(taskTitle(task))}** (\`${task.id}\`). Go on working: your files do not change until you accept.\n\n`,
  );
  if (used.length > 0) {
    page.write(t`It is about ${used.map((each) => quoted(placeText(root.value, each))).join('; ')}.\n\n`);
  }
  if (outside > 0) {
    page.write(t`${outside} of what you attached is not in this repository, and was left out.\n\n`);
  }
  page.button(t('Open Task Page'), 'nightshift.openTaskPage', named);
  page.button(t('Cancel Task'), 'nightshift.cancelTask', named);
  return { task: named };
}

async function tellStatus(context: CommandContext, given: string | undefined, page: ChatPage): Promise<Answer> {
  await connectFolders(context);
  const tasks = context.hosts.tasks();
  if (given !== undefined) {
    const found = findTask(tasks, given);
    return found === undefined ? { failure: noTask(given) } : tellTask(found, page);
  }
  if (tasks.length === 0) {
    page.write(t('There are no tasks in this window yet. Say what an agent should do: `@nightshift /delegate …`'));
    return {};
  }
  page.write(tasks.slice(0, listedTasks).map(taskLine).join('\n'));
  const more = tasks.length - listedTasks;
  page.write(more > 0 ? t`\n\nAnd ${more} older ones.\n\n` : '\n\n');
  const ready = tasks.filter(({ task }) => task.state === 'ready' && hasChanges(task));
  for (const { root, task } of ready.slice(0, 3)) {
    page.button(t`Review: ${taskTitle(task, 40)}`, 'nightshift.reviewTask', { root, task: task.id });
  }
  page.button(t('Show Tasks'), 'nightshift.showTasks');
  const [only] = tasks;
  return tasks.length === 1 && only !== undefined ? { task: nameOf(only) } : {};
}

async function openReview(context: CommandContext, given: string | undefined, page: ChatPage): Promise<Answer> {
  await connectFolders(context);
  const tasks = context.hosts.tasks().filter(({ task }) => hasChanges(task));
  const found = given === undefined ? usualReview(tasks) : findTask(tasks, given);
  if (found === undefined) {
    return { failure: given === undefined ? noTask(undefined) : noTask(given) };
  }
  const outcome = tellTask(found, page);
  await showReview(context, found);
  return outcome;
}

/** The newest that waits for a review, else the newest that has changes. */
function usualReview(tasks: readonly TaskReference[]): TaskReference | undefined {
  return tasks.find(({ task }) => task.state === 'ready') ?? tasks[0];
}

function tellTask(reference: TaskReference, page: ChatPage): Answer {
  const { root, task } = reference;
  const named = nameOf(reference);
  page.write(`**${quoted(taskTitle(task))}** (\`${task.id}\`): ${quoted(taskDescription(task))}\n\n`);
  if (task.summary !== undefined) {
    page.write(t`The agent says: ${quoted(task.summary, 1_000)}\n\n`);
  }
  if (task.reason !== undefined) {
    page.write(`${quoted(task.reason.message, 500)}\n\n`);
  }
  if (task.proof !== undefined) {
    page.write(t`Proof: ${verdictText(task.proof)}: ${quoted(proofText(task.proof), 500)}\n\n`);
  }
  for (const { agent, vote, reason } of task.votes) {
    page.write(t`- ${quoted(agent, 60)} votes ${quoted(vote)}: ${quoted(reason, 300)}\n`);
  }
  const paths = (task.changeset?.files ?? []).map(({ path }) => path);
  if (paths.length > 0) {
    page.files(
      root,
      paths.filter((path) => pathInside(root, path) !== undefined),
    );
    page.button(t('Review Changes'), 'nightshift.reviewTask', named);
  }
  page.button(t('Open Task Page'), 'nightshift.openTaskPage', named);
  if (isCancellable(task)) {
    page.button(t('Cancel Task'), 'nightshift.cancelTask', named);
  }
  return { task: named };
}

async function recallInChat(
  context: CommandContext,
  words: string,
  page: ChatPage,
  signal: AbortSignal,
): Promise<Answer> {
  if (words === '') {
    return { failure: failure('no-query', t('Say what to look for, for example: /recall where are carts priced.')) };
  }
  const root = await likelyRoot(context);
  if (!root.ok) {
    return { failure: root.error };
  }
  page.progress(t('Searching the memory'));
  const asked = { query: words.slice(0, longestQuery), count: shownHits, snippetTokens: 0 };
  const answer = await context.hosts.of(root.value).request('recall', asked, signal);
  if (!answer.ok) {
    return { failure: answer.error };
  }
  const { hits, missing } = answer.value;
  if (hits.length === 0) {
    page.write(t('Nothing was found in the memory of this repository.\n\n'));
  }
  hits.forEach((hit, index) => {
    page.write(`${index + 1}. `);
    const path = hit.path === undefined ? undefined : pathInside(root.value, hit.path);
    const title = plainLine(hit.title, 120);
    if (path === undefined) {
      page.write(quoted(title));
    } else {
      const { startLine, endLine } = hit;
      const isPlaced = startLine !== undefined && startLine > 0;
      page.link(
        { path, ...(isPlaced ? { startLine } : {}), ...(isPlaced && endLine !== undefined ? { endLine } : {}) },
        title,
      );
    }
    const why = hit.reasons.map(({ text }) => text).join('; ');
    page.write(` (${hit.kind})${why === '' ? '' : `: ${quoted(why, 300)}`}\n`);
  });
  if (missing.length > 0) {
    page.write(t`\nNot searched: ${missing.map((part) => quoted(part)).join(', ')}.\n`);
  }
  page.button(t('Search Memory…'), 'nightshift.searchMemory', words);
  return {};
}

/** By id or the beginning of one, else by words of the goal, the newest first. */
function findTask(tasks: readonly TaskReference[], given: string): TaskReference | undefined {
  const wanted = given.replaceAll('`', '').trim().toLowerCase();
  return (
    tasks.find(({ task }) => task.id === wanted) ??
    tasks.find(({ task }) => task.id.startsWith(wanted) || task.id.startsWith(`task-${wanted}`)) ??
    tasks.find(({ task }) => task.goal.toLowerCase().includes(wanted))
  );
}

function noTask(given: string | undefined): Failure {
  return given === undefined
    ? failure('no-task', t('No task has changes to review yet.'))
    : failure('no-task', t`No task is called "${plainLine(given, 60)}"; /status lists them.`);
}

function taskLine({ task }: TaskReference): string {
  return `- **${quoted(taskTitle(task))}** (\`${task.id}\`): ${quoted(taskDescription(task))}`;
}

function nameOf({ root, task }: TaskReference): { readonly root: string; readonly task: string } {
  return { root, task: task.id };
}

function writeFixes(page: ChatPage, { reason }: Failure): void {
  for (const fix of fixesFor(reason)) {
    if ('link' in fix) {
      page.write(`[${fix.label}](${fix.link})\n\n`);
    } else {
      page.button(fix.label, fix.command, ...(fix.values ?? []));
    }
  }
}
