import { nothingUnheard, type ReviewComment } from './reviewComment.ts';
import type { Task } from './task.ts';

/** A result that its user sent back to the agent; the task goes back to it where nothing comes of that. */
export type LastResult = Pick<
  Task,
  | 'changeset'
  | 'changesetRun'
  | 'unfinished'
  | 'checkpoint'
  | 'summary'
  | 'judgement'
  | 'judgedHash'
  | 'proof'
  | 'provedAgain'
  | 'statement'
  | 'applied'
  | 'decisions'
  | 'comments'
>;

/** Why a task is ready again whose revision came to nothing. */
export const revisionFailed = 'revision-failed';
export const revisionCancelled = 'revision-cancelled';

/** Keeps the result of a ready task before its agent goes over it. */
export function withLastResult({ lastResult: _older, ...task }: Task): Task {
  return { ...task, lastResult: resultOf(task) };
}

export function withoutLastResult({ lastResult: _last, ...task }: Task): Task {
  return task;
}

/**
 * The task with the result that it had before its revision; undefined where there is none. Of the revision nothing is left but what was
 * said and spent, and a newer proof of the very same changes. What the user said is no longer unheard: the next go is the user's word.
 */
export function backToResult(task: Task): Task | undefined {
  const { lastResult, ...revised } = task;
  if (lastResult === undefined) {
    return undefined;
  }
  const {
    changeset: _changeset,
    changesetRun: _run,
    checkpoint: _checkpoint,
    summary: _summary,
    judgement: _judgement,
    judgedHash: _judged,
    proof,
    provedAgain: _again,
    statement: _statement,
    ...rest
  } = revised;
  const isNewer = proof !== undefined && proof.hash === lastResult.changeset?.hash;
  return {
    ...rest,
    ...lastResult,
    ...(isNewer ? { proof } : {}),
    comments: task.comments.map((comment, at) => answeredAs(comment, lastResult.comments[at])),
    questions: task.questions.filter(({ answer }) => answer !== undefined),
    unheard: nothingUnheard,
  };
}

/** An answer of the revision speaks of changes that are gone. */
function answeredAs({ answer: _answer, ...comment }: ReviewComment, before: ReviewComment | undefined): ReviewComment {
  return before?.answer === undefined ? comment : { ...comment, answer: before.answer };
}

function resultOf(task: Omit<Task, 'lastResult'>): LastResult {
  const { changeset, changesetRun, checkpoint, summary, judgement, judgedHash, proof, provedAgain, statement } = task;
  const { unfinished, applied, decisions, comments } = task;
  return {
    unfinished,
    applied,
    decisions,
    comments,
    ...(changeset === undefined ? {} : { changeset }),
    ...(changesetRun === undefined ? {} : { changesetRun }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(summary === undefined ? {} : { summary }),
    ...(judgement === undefined ? {} : { judgement }),
    ...(judgedHash === undefined ? {} : { judgedHash }),
    ...(proof === undefined ? {} : { proof }),
    ...(provedAgain === undefined ? {} : { provedAgain }),
    ...(statement === undefined ? {} : { statement }),
  };
}
