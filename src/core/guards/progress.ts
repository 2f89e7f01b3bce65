import { plainLine } from '../../base/plainText.ts';
import type { Task } from '../tasks/task.ts';
import { type GuardVerdict, go, stuck } from './guardVerdict.ts';

/** Steps in which no file changed, nothing new was read and no test said anything else: a new plan first, then the end. */
export function idleSteps(task: Task): GuardVerdict {
  const { idleSteps: idle } = task.conduct;
  const { idleSteps: limit } = task.limits;
  if (idle >= 2 * limit) {
    return stuck(task, 'no-progress', `The agent made no progress in ${idle} steps, although it was told to plan anew`);
  }
  if (idle !== limit) {
    return go;
  }
  const text =
    `In your last ${idle} steps no file changed, you read nothing new, and no test result changed. Stop and make a new plan: ` +
    'name what is still wrong, choose another way to mend it, and take its first step. If the goal cannot be reached, call finish and say why.';
  return { kind: 'notice', guard: 'no-progress', text };
}

/** A file goes back to what it was before, again: edits that undo each other. */
export function contentReturns(task: Task): GuardVerdict {
  const file = task.conduct.files.at(-1);
  const { contentReturns: limit } = task.limits;
  if (file === undefined || file.returns === 0) {
    return go;
  }
  if (file.returns >= limit) {
    return stuck(
      task,
      'content-returns',
      `The agent changed ${plainLine(file.path, 120)} back to an earlier content ${file.returns} times`,
    );
  }
  if (task.notices.includes('content-returns')) {
    return go;
  }
  const text = `${plainLine(file.path, 120)} has again the content it had before an earlier change of yours. Decide on one of the two, and do not change it to and fro.`;
  return { kind: 'notice', guard: 'content-returns', text };
}
