import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { isBinary, readLines } from '../changes/textLines.ts';
import { decisionOf } from '../tasks/fileDecision.ts';
import type { SentComment } from '../tasks/reviewComment.ts';
import { reviewSide } from '../tasks/reviewSide.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { longestQuote } from '../trace/conversationEvents.ts';
import { goBack } from './sayToAgent.ts';
import type { SupervisorPorts } from './supervisorPorts.ts';

/** A comment on lines of the offered side of a file, counted from 0, both included. */
export interface CommentWish {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

export interface ReviewPorts {
  readonly trace: TaskTrace;
  readonly store: Pick<SupervisorPorts['store'], 'read'>;
}

/**
 * Sends a result back to its agent with comments on its lines. `hash` names the changeset that the user looked at: where the task has
 * another one by now nothing is sent, and nothing where one of the comments cannot be kept. One that was sent before an interruption is
 * not sent again.
 */
export async function sendReview(
  { trace, store }: ReviewPorts,
  hash: string,
  wishes: readonly CommentWish[],
  signal: AbortSignal,
): Promise<Result<boolean, Failure>> {
  const task = trace.task();
  if (task.state !== 'ready' || task.changeset === undefined) {
    const message = `The task is ${task.state}; a review is sent while its result waits for you. \`nightshift say ${task.id}\` speaks to an agent at work.`;
    return fail(failure('not-ready', message));
  }
  if (task.changeset.hash !== hash) {
    const message = 'The task has another result by now; look at it, and send the review again.';
    return fail(failure('not-ready', message));
  }
  const comments: SentComment[] = [];
  for (const wish of wishes) {
    const comment = await anchored({ trace, store }, task, wish, signal);
    if (!comment.ok) {
      return comment;
    }
    comments.push({ ...comment.value, hash });
  }
  for (const comment of comments.filter((each) => !wasSent(task, each))) {
    await trace.record({ type: 'comment-sent', actor: 'user', data: comment });
  }
  return goBack(trace, 'review-sent');
}

/** The user has done with a comment, or takes that back. */
export async function resolveComment(
  trace: TaskTrace,
  comment: number,
  resolved: boolean,
): Promise<Result<boolean, Failure>> {
  const { comments, id } = trace.task();
  if (comments[comment - 1] === undefined) {
    const has = comments.length === 0 ? 'no comments' : `comments 1 to ${comments.length}`;
    return fail(failure('no-such-comment', `The task has ${has}; \`nightshift comments ${id}\` lists them.`));
  }
  await trace.record({ type: 'comment-resolved', actor: 'user', data: { comment, resolved } });
  return ok(false);
}

/** What the user sees of a changed file while it is reviewed; null where it is not there. */
export async function offeredSide(
  store: ReviewPorts['store'],
  { changeset, decisions, applied }: Pick<Task, 'changeset' | 'decisions' | 'applied'>,
  path: string,
  signal: AbortSignal,
): Promise<Result<Uint8Array | null, Failure>> {
  if (changeset === undefined) {
    return ok(null);
  }
  const base = await store.read(changeset.baseTree, path, signal);
  const result = await store.read(changeset.resultTree, path, signal);
  if (!base.ok || !result.ok) {
    return base.ok ? result : base;
  }
  const sides = { base: base.value, result: result.value };
  return ok(reviewSide(sides, 'offered', decisionOf(decisions, path), applied.includes(path)));
}

function wasSent({ comments }: Task, { hash, path, startLine, endLine, text }: SentComment): boolean {
  return comments.some(
    (sent) =>
      !sent.resolved &&
      sent.hash === hash &&
      sent.path === path &&
      sent.startLine === startLine &&
      sent.endLine === endLine &&
      sent.text === text,
  );
}

async function anchored(
  { trace, store }: ReviewPorts,
  task: Task,
  { path, startLine, endLine, text }: CommentWish,
  signal: AbortSignal,
): Promise<Result<Omit<SentComment, 'hash'>, Failure>> {
  if (task.changeset?.files.some((file) => file.path === path) !== true) {
    const message = `${path} is no file of this result; \`nightshift show ${task.id}\` lists them.`;
    return fail(failure('no-such-file', message));
  }
  const side = await offeredSide(store, task, path, signal);
  if (!side.ok) {
    return side;
  }
  const bytes = side.value;
  if (bytes === null || isBinary(bytes)) {
    const message = `${path} is ${bytes === null ? 'deleted' : 'binary'} and has no lines; \`nightshift say ${task.id}\` speaks of it as a whole.`;
    return fail(failure('no-such-lines', message));
  }
  const count = Math.max(1, readLines(bytes).lines.length);
  if (startLine > endLine || endLine >= count) {
    const message = `${path} has lines 1 to ${count}, and none from ${startLine + 1} to ${endLine + 1}.`;
    return fail(failure('no-such-lines', message));
  }
  const lines = new TextDecoder().decode(bytes).split('\n');
  const quote = lines
    .slice(startLine, endLine + 1)
    .join('\n')
    .slice(0, longestQuote);
  return ok({ path, startLine, endLine, file: await trace.putArtifact(bytes), quote, text });
}
