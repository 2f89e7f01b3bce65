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

  test('is the right of the user alone', () => {
    const allowed = actors.filter((actor) => proposeMove(failedBy('stuck'), 'resume', actor).allowed);
    expect(allowed).toEqual(['user']);
    expect(proposeMove(failedBy('stuck'), 'resume', 'host').entry).toMatchObject({
      type: 'move-refused',
      data: { reason: expect.stringContaining('resumed by the user alone') },
    });
  });
});
