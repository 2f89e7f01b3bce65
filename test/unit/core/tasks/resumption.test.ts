import { describe, expect, test } from 'vitest';
import { proposeMove } from '../../../../src/core/tasks/taskMoves.ts';
import { extendLimits } from '../../../../src/core/tasks/resumption.ts';
import { actors, answer, created, fold, move } from '../../../fakes/traceEvents.ts';

const working = [created(), move('prepare'), move('work')];
const failedBy = (code: string) => fold(...working, move('fail', { code, message: 'Over.' }));

describe('letting a task go on', () => {
  test.each([
    ['budget-exhausted', 'newTokens', '--max-tokens 100000'],
    ['step-limit', 'steps', '--max-steps 80'],
    ['time-limit', 'seconds', '--max-minutes 60'],
  ] as const)(
    'that was stopped by %s needs more of that limit, and says which option gives it',
    (code, name, option) => {
      const task = failedBy(code);
      expect(extendLimits(task, {})).toMatchObject({
        ok: false,
        error: { reason: 'limit-reached', message: expect.stringContaining(`nightshift resume task-1 ${option}`) },
      });
      const more = { [name]: task.limits[name] + 1 };
      expect(extendLimits(task, { limits: more })).toEqual({
        ok: true,
        value: { type: 'limits-extended', actor: 'user', data: more },
      });
    },
  );

  test('needs no more of a limit that it did not run into, but of one that is used up', () => {
    expect(extendLimits(failedBy('stuck'), {})).toEqual({ ok: true, value: undefined });
    const used = fold(
      created({ limits: { ...failedBy('stuck').limits, steps: 1 } }),
      ...working.slice(1),
      answer(),
      move('fail'),
    );
    expect(extendLimits(used, { limits: { seconds: 9_999 } })).toMatchObject({ error: { reason: 'limit-reached' } });
  });

  test('refuses a value that is not above the present one', () => {
    expect(extendLimits(failedBy('stuck'), { limits: { steps: 40 } })).toMatchObject({
      error: { reason: 'limit-not-raised', message: expect.stringContaining('40 steps is not above') },
    });
  });

  test('refuses a value above the present one of which nothing is left, and says what was used and what would do', () => {
    const limits = { ...failedBy('stuck').limits, steps: 1, newTokens: 10 };
    const answers = [answer({ newTokens: 900 }), answer({ newTokens: 900 }), answer({ newTokens: 900 })];
    const used = fold(created({ limits }), ...working.slice(1), ...answers, move('fail'));
    expect(extendLimits(used, { limits: { steps: 3, newTokens: 9_000 } })).toMatchObject({
      error: {
        reason: 'limit-not-raised',
        message: 'The task has used 3 steps already, so 3 steps would stop it at once; `--max-steps 6` would do.',
      },
    });
    expect(extendLimits(used, { limits: { steps: 4, newTokens: 2_700 } })).toMatchObject({
      error: { message: expect.stringContaining('`--max-tokens 5400` would do') },
    });
    expect(extendLimits(used, { limits: { steps: 4, newTokens: 2_701 } }).ok).toBe(true);
  });

  test('counts all processed tokens, of which a budget of new tokens allows a number of its own', () => {
    const limits = { ...failedBy('stuck').limits, newTokens: 1_000, totalTokens: 20_000 };
    const used = fold(created({ limits }), ...working.slice(1), answer({ promptTokens: 60_000 }), move('fail'));
    expect(extendLimits(used, { limits: { newTokens: 2_000 } }).ok).toBe(false);
    expect(extendLimits(used, { limits: { newTokens: 3_100 } }).ok).toBe(true);
  });

  test('is the right of the user alone', () => {
    const allowed = actors.filter((actor) => proposeMove(failedBy('stuck'), 'resume', actor).allowed);
    expect(allowed).toEqual(['user']);
    expect(proposeMove(failedBy('stuck'), 'resume', 'host').entry).toMatchObject({
      type: 'move-refused',
      data: { reason: expect.stringContaining('resumed by the user alone') },
    });
  });
});
