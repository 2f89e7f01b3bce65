import type { Task } from '../tasks/task.ts';
import { type GuardVerdict, go } from './guardVerdict.ts';

/** Answers in a row with a call that the tools' schemas refuse: the model cannot do the work. */
export function malformedCalls(task: Task): GuardVerdict {
  const { malformedInARow } = task;
  if (malformedInARow < task.limits.malformedCalls) {
    return go;
  }
  const message =
    `The model sent malformed tool calls in ${malformedInARow} answers in a row; ` +
    'choose a model that is better at tool calls and delegate the task again.';
  return { kind: 'stop', guard: 'malformed-calls', reason: { code: 'repeated-format-error', message } };
}

/** Answers in a row without any call: at the limit the agent must decide, after it the run is stuck. */
export function silentAnswers(task: Task): GuardVerdict {
  const { silentInARow, limits } = task;
  if (silentInARow < limits.silentAnswers) {
    return go;
  }
  if (silentInARow === limits.silentAnswers) {
    const text = `You have answered ${silentInARow} times without calling a tool. Call a tool now, or call finish if the work is done.`;
    return { kind: 'notice', guard: 'silent-answers', text };
  }
  const message =
    `The model answered ${silentInARow} times in a row without calling a tool; ` +
    'state the goal more exactly or choose another model, and delegate the task again.';
  return { kind: 'stop', guard: 'silent-answers', reason: { code: 'stuck', message } };
}
