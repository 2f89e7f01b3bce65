import type { CallMark } from '../tasks/conduct.ts';
import type { Task } from '../tasks/task.ts';
import { type GuardVerdict, go, stuck } from './guardVerdict.ts';

/** The same call this often in a row: the agent is told. */
const noticedRepeats = 3;

/** Calls before the last one of an alternation at which the agent is told. */
const alternationNotice = 2;

/** The same call in a row: told at three, and the end where nothing comes of it. */
export function sameCalls(task: Task): GuardVerdict {
  const { calls } = task.conduct;
  const last = calls.at(-1);
  if (last === undefined || !isFresh(task, last)) {
    return go;
  }
  const same = (mark: CallMark): boolean => mark.key === last.key;
  const repeats = trailing(calls, same);
  const { limits } = task;
  if (!last.ok && trailing(calls, (mark) => same(mark) && !mark.ok) >= limits.sameErrors) {
    return stuck(task, 'same-call', `The model made ${callOf(last)} ${repeats} times and it failed each time`);
  }
  if (trailing(calls, (mark) => same(mark) && mark.result === last.result) >= limits.sameResults) {
    return stuck(task, 'same-call', `The model made ${callOf(last)} ${repeats} times with the same result`);
  }
  if (repeats >= limits.sameCalls) {
    return stuck(task, 'same-call', `The model made ${callOf(last)} ${repeats} times in a row`);
  }
  // That its tool was closed has been said already.
  if (repeats !== noticedRepeats || (last.tool !== undefined && task.closedTools.includes(last.tool))) {
    return go;
  }
  const text = `You have made ${callOf(last)} ${repeats} times. It will not bring anything new: do something else, or call finish if the work is done.`;
  return { kind: 'notice', guard: 'same-call', text };
}

/** Two calls in turn, over at least three answers, and neither ever answers anything else. */
export function alternatingCalls(task: Task): GuardVerdict {
  const { calls } = task.conduct;
  const last = calls.at(-1);
  const other = calls.at(-2);
  if (last === undefined || other === undefined || last.key === other.key || !isFresh(task, last)) {
    return go;
  }
  const length = trailing(calls, (mark, back) => isSame(mark, back % 2 === 0 ? last : other));
  const turn = calls.slice(-length);
  const { alternations } = task.limits;
  if (length >= alternations && new Set(turn.map((mark) => mark.step)).size > 2) {
    const named = [other.tool, last.tool].map((tool) => tool ?? 'a call that is refused');
    const tools = last.tool === other.tool ? `two calls of ${named[0]}` : named.join(' and ');
    return stuck(
      task,
      'alternating-calls',
      `The model went to and fro between ${tools} ${length} times with the same results`,
    );
  }
  const toldAt = alternations - alternationNotice;
  const before = length - turn.filter((mark) => mark.step === last.step).length;
  if (length < toldAt || before >= toldAt) {
    return go;
  }
  const text =
    'You go to and fro between the same two calls and nothing changes. Do something else, or call finish if the work is done.';
  return { kind: 'notice', guard: 'alternating-calls', text };
}

function callOf({ tool }: CallMark): string {
  return tool === undefined ? 'the same call, which is refused,' : `the same call of ${tool}`;
}

/** Made in the newest answer: what an older one did has been judged. */
function isFresh(task: Task, last: CallMark): boolean {
  return last.step === task.usage.steps;
}

function isSame(mark: CallMark, other: CallMark): boolean {
  return mark.key === other.key && mark.result === other.result && mark.ok === other.ok;
}

/** How many marks at the end fit without a gap; `back` is 0 for the last one. */
function trailing(calls: readonly CallMark[], fits: (mark: CallMark, back: number) => boolean): number {
  const from = calls.findLastIndex((mark, index) => !fits(mark, calls.length - 1 - index));
  return calls.length - 1 - from;
}
