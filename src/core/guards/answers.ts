import type { Task } from '../tasks/task.ts';
import { type GuardVerdict, go, stuck } from './guardVerdict.ts';

/** Answers in a row with a call that the tools' schemas refuse: the model cannot do the work. */
export function malformedCalls(task: Task): GuardVerdict {
  const { malformedInARow } = task;
  if (malformedInARow < task.limits.malformedCalls) {
    return go;
  }
  const message =
    `The model sent malformed tool calls in ${malformedInARow} answers in a row; ` +
    `choose a model that is better at tool calls and delegate the task again, or \`nightshift resume ${task.id}\` to try once more.`;
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
  return stuck(task, 'silent-answers', `The model answered ${silentInARow} times in a row without calling a tool`);
}

/** Answers in a row with neither text nor a call: asked again until the limit, a little differently each time. */
export function emptyAnswers(task: Task): GuardVerdict {
  const { emptyInARow } = task.conduct;
  if (emptyInARow < task.limits.emptyAnswers) {
    return go;
  }
  const message =
    `The model gave an empty answer ${emptyInARow} times in a row; choose another model and delegate the task again, ` +
    `or \`nightshift resume ${task.id}\` to try once more.`;
  return { kind: 'stop', guard: 'empty-answers', reason: { code: 'no-answer', message } };
}

/** Answers in a row that only repeated themselves and were broken off: asked again once, with more variety. */
export function runaways(task: Task): GuardVerdict {
  const { runawaysInARow } = task.conduct;
  if (runawaysInARow < task.limits.runaways) {
    return go;
  }
  const message =
    `The model repeated the same text without end in ${runawaysInARow} answers in a row; choose another model and delegate ` +
    `the task again, or \`nightshift resume ${task.id} --note TEXT\` to try once more.`;
  return { kind: 'stop', guard: 'runaway', reason: { code: 'runaway', message } };
}
