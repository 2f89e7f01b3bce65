import type { Task } from '../tasks/task.ts';

/**
 * What a guard says. `notice` is told to the agent and recorded, and the work goes on; `stop` ends the run, and `reason`
 * says in one line what happened and the way out.
 */
export type GuardVerdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'notice'; readonly guard: GuardName; readonly text: string }
  | {
      readonly kind: 'stop';
      readonly guard: GuardName;
      readonly reason: { readonly code: StopCode; readonly message: string };
    };

export type GuardName =
  | 'new-tokens'
  | 'total-tokens'
  | 'steps'
  | 'seconds'
  | 'malformed-calls'
  | 'silent-answers'
  | 'empty-answers'
  | 'runaway'
  | 'same-call'
  | 'alternating-calls'
  | 'no-progress'
  | 'content-returns'
  | 'command-timeouts'
  | 'command-time'
  | 'context-truncated';

export type StopCode =
  | 'budget-exhausted'
  | 'step-limit'
  | 'time-limit'
  | 'repeated-format-error'
  | 'no-answer'
  | 'runaway'
  | 'command-timeouts'
  | 'context-truncated'
  | 'stuck';

export const go: GuardVerdict = { kind: 'go' };

/** The stop of an agent that goes in circles; `what` is the beginning of a sentence. */
export function stuck({ id }: Pick<Task, 'id'>, guard: GuardName, what: string): GuardVerdict {
  const message = `${what}; say what it should do instead with \`nightshift resume ${id} --note TEXT\`, or delegate a smaller goal.`;
  return { kind: 'stop', guard, reason: { code: 'stuck', message } };
}

/** A stop outranks a notice; among equals the first counts. */
export function strictest(verdicts: readonly GuardVerdict[]): GuardVerdict {
  return (
    verdicts.find((verdict) => verdict.kind === 'stop') ?? verdicts.find((verdict) => verdict.kind === 'notice') ?? go
  );
}
