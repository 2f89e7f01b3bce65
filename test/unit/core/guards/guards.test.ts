import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkAfterCall, checkBeforeCall, toolsToClose } from '../../../../src/core/guards/guards.ts';
import { defaultLimits, limitsSchema } from '../../../../src/core/guards/limits.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import { foldTask } from '../../../../src/core/tasks/taskReducer.ts';
import {
  answer,
  callRefused,
  created,
  entry,
  fold,
  modelEntries,
  move,
  placed,
  toolReturned,
} from '../../../fakes/traceEvents.ts';

const working = [
  created(),
  move('prepare'),
  move('work'),
  entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't' }),
];
const none = { promptTokens: 0, newTokens: 0, maxOutput: 0 };
const noticed = (guard: string) => entry('notice-given', { run: 'run-1', step: 0, guard, text: 'Hurry.' });
const spent = (newTokens: number) => answer({ newTokens, promptTokens: 1, outputTokens: 0 });

describe('before a call', () => {
  test('a fresh task may go on', () => {
    expect(checkBeforeCall(fold(...working), { promptTokens: 900, newTokens: 900, maxOutput: 2000 }, 0)).toEqual({
      kind: 'go',
    });
  });

  test('a call that could pass the budget of new tokens is not made, and one that just fits is', () => {
    const task = fold(...working, spent(30_000));
    const estimate = (maxOutput: number) => ({ promptTokens: 15_000, newTokens: 15_000, maxOutput });
    expect(checkBeforeCall(task, estimate(5000), 0).kind).toBe('go');
    expect(checkBeforeCall(task, estimate(5001), 0)).toMatchObject({
      kind: 'stop',
      guard: 'new-tokens',
      reason: { code: 'budget-exhausted' },
    });
  });

  test('at 80 % of the budget the agent is told once a run', () => {
    expect(checkBeforeCall(fold(...working, spent(39_999)), none, 0).kind).toBe('go');
    const verdict = checkBeforeCall(fold(...working, spent(40_000)), none, 0);
    expect(verdict).toMatchObject({ kind: 'notice', guard: 'new-tokens' });
    expect(checkBeforeCall(fold(...working, spent(40_000), noticed('new-tokens')), none, 0).kind).toBe('go');
    const nextRun = entry('run-started', { run: 'run-2', agent: 'implementer', tree: 't' });
    expect(checkBeforeCall(fold(...working, spent(40_000), noticed('new-tokens'), nextRun), none, 0).kind).toBe(
      'notice',
    );
  });

  test('all processed tokens have a cap of their own', () => {
    const task = fold(...working, answer({ newTokens: 0, promptTokens: 999_000, outputTokens: 0 }));
    expect(checkBeforeCall(task, { promptTokens: 900, newTokens: 0, maxOutput: 101 }, 0)).toMatchObject({
      kind: 'stop',
      guard: 'total-tokens',
    });
  });

  test('the last step is made and the one after it is not', () => {
    const answers = (count: number) => Array.from({ length: count }, () => answer({ newTokens: 0, promptTokens: 0 }));
    const last = fold(...working, ...answers(39), noticed('steps'));
    expect(checkBeforeCall(last, none, 0).kind).toBe('go');
    expect(checkBeforeCall(fold(...working, ...answers(40)), none, 0)).toMatchObject({
      kind: 'stop',
      reason: { code: 'step-limit' },
    });
  });

  test('the time limit stops at the limit and is told before it', () => {
    const task = fold(...working);
    expect(checkBeforeCall(task, none, 1439).kind).toBe('go');
    expect(checkBeforeCall(task, none, 1440)).toMatchObject({ kind: 'notice', guard: 'seconds' });
    expect(checkBeforeCall(task, none, 1800)).toMatchObject({ kind: 'stop', reason: { code: 'time-limit' } });
  });

  test('a stop outranks a notice, and what is not a number stops', () => {
    expect(checkBeforeCall(fold(...working, spent(45_000)), none, 1800).kind).toBe('stop');
    expect(checkBeforeCall(fold(...working), { ...none, newTokens: Number.NaN }, 0).kind).toBe('stop');
    expect(checkBeforeCall(fold(...working), none, Number.NaN).kind).toBe('stop');
  });

  test('a stop says in one line how to go on with more', () => {
    const verdict = checkBeforeCall(fold(...working, spent(50_000)), { ...none, newTokens: 1 }, 0);
    expect(verdict.kind === 'stop' && verdict.reason.message).toBe(
      'The task has used 50000 of its 50000 new tokens and the next step does not fit; `nightshift resume task-1 --max-tokens 100000` goes on with more, or delegate a smaller goal.',
    );
  });
});

test('a trace of before there were detectors is read with the usual ones', () => {
  const { newTokens, totalTokens, steps, seconds } = defaultLimits;
  const old = { newTokens, totalTokens, steps, seconds };
  const counts = { toolFailures: 3, malformedCalls: 3, silentAnswers: 3, commandSeconds: 120 };
  expect(limitsSchema.parse({ ...old, ...counts })).toEqual(defaultLimits);
});

describe('after a call', () => {
  test('three malformed answers in a row end the run', () => {
    expect(checkAfterCall(fold(...working, callRefused(1), callRefused(2))).kind).toBe('go');
    expect(checkAfterCall(fold(...working, callRefused(1), callRefused(2), callRefused(3)))).toMatchObject({
      kind: 'stop',
      reason: { code: 'repeated-format-error' },
    });
  });

  test('three silent answers force a decision and the fourth is stuck', () => {
    const silent = answer({ text: 'I think.', calls: [], finish: 'stop' });
    expect(checkAfterCall(fold(...working, silent, silent)).kind).toBe('go');
    expect(checkAfterCall(fold(...working, silent, silent, silent))).toMatchObject({
      kind: 'notice',
      guard: 'silent-answers',
    });
    expect(checkAfterCall(fold(...working, silent, silent, silent, silent))).toMatchObject({
      kind: 'stop',
      reason: { code: 'stuck' },
    });
  });

  test('counters go on over a restart of the run', () => {
    const restart = entry('run-started', { run: 'run-2', agent: 'implementer', tree: 't' });
    const task = fold(...working, callRefused(1), callRefused(2), restart, callRefused(0, 'run-2'));
    expect(checkAfterCall(task).kind).toBe('stop');
  });

  test('a tool that failed three times in a row is to be closed, once', () => {
    const failures = [1, 2, 3].map(() => toolReturned('edit_file', false));
    expect(toolsToClose(fold(...working, ...failures.slice(1)))).toEqual([]);
    expect(toolsToClose(fold(...working, ...failures))).toEqual(['edit_file']);
    const closed = entry('tool-closed', { run: 'run-1', tool: 'edit_file', failures: 3 });
    expect(toolsToClose(fold(...working, ...failures, closed))).toEqual([]);
    expect(fold(...working, ...failures, closed).closedTools).toEqual(['edit_file']);
  });
});

describe('no sequence of model outputs', () => {
  const limits = fc.record({
    newTokens: fc.integer({ min: 1, max: 9000 }),
    totalTokens: fc.integer({ min: 1, max: 20_000 }),
    steps: fc.integer({ min: 1, max: 8 }),
  });

  test('raises a limit, lowers what is spent, or gets more calls than the limits allow', () => {
    fc.assert(
      fc.property(limits, fc.array(modelEntries, { maxLength: 80 }), (changes, outputs) => {
        const own = { ...defaultLimits, ...changes };
        let task: Task = fold(created({ limits: own }), ...working.slice(1));
        for (const output of outputs) {
          const verdict =
            output.type === 'model-answered'
              ? checkBeforeCall(
                  task,
                  {
                    promptTokens: output.data.promptTokens,
                    newTokens: 0,
                    maxOutput: output.data.newTokens + output.data.outputTokens,
                  },
                  0,
                )
              : undefined;
          if (verdict?.kind === 'stop') {
            continue;
          }
          const before = task.usage;
          task = foldTask(task, placed(output));
          expect(task.limits).toEqual(own);
          expect(task.usage.newTokens).toBeGreaterThanOrEqual(before.newTokens);
          expect(task.usage.newTokens).toBeLessThanOrEqual(own.newTokens);
          expect(task.usage.tokens).toBeLessThanOrEqual(own.totalTokens);
          expect(task.usage.steps).toBeLessThanOrEqual(own.steps);
        }
      }),
      { numRuns: 300 },
    );
  });
});
