import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { Hunk } from '../../../../src/core/changes/hunks.ts';
import { acceptChanges, recoverAccept } from '../../../../src/core/supervisor/acceptChanges.ts';
import { rejectChanges } from '../../../../src/core/supervisor/rejectChanges.ts';
import { memoryCheckout, readyTask, signal } from './readyTask.ts';

describe('choosing hunks', () => {
  const path = 'src/sum.js';
  const hunk = (line: number): Hunk => ({ baseStart: line, baseCount: 1, resultStart: line, resultCount: 1 });
  const [first, second, third] = [hunk(1), hunk(5), hunk(9)];
  const hunks = { [path]: [first, second, third] };

  test('accepts one after the other, each on top of those before, and the last makes the file accepted', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout({ hunks });
    await acceptChanges({ checkout, trace }, [{ path, hunks: [2] }], signal);
    expect(trace.task()).toMatchObject({
      applied: [],
      decisions: [{ path, accepted: [second], rejected: [], of: 3 }],
      state: 'ready',
    });
    await acceptChanges({ checkout, trace }, [{ path, hunks: [1] }], signal);
    await acceptChanges({ checkout, trace }, [{ path, hunks: [3] }], signal);
    expect(checkout.planned).toEqual([
      [{ path, to: [second], of: 3 }],
      [{ path, from: [second], to: [first, second], of: 3 }],
      [{ path, from: [first, second], of: 3 }],
    ]);
    expect(trace.task()).toMatchObject({ applied: [path], decisions: [] });
  });

  test('leaves out what was rejected when all is accepted, and is done then', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout({ hunks });
    expect(await rejectChanges({ checkout, trace }, { path, hunks: [1, 3] }, false, signal)).toEqual(ok(undefined));
    expect(await rejectChanges({ checkout, trace }, { path, hunks: [3] }, true, signal)).toEqual(ok(undefined));
    await acceptChanges({ checkout, trace }, undefined, signal);
    expect(checkout.planned.at(-1)).toEqual([{ path, to: [second, third], of: 3 }]);
    const ci = '.github/workflows/ci.yml';
    await rejectChanges({ checkout, trace }, { path: ci }, false, signal);
    expect(trace.task()).toMatchObject({
      state: 'applied',
      applied: [],
      decisions: [
        { path, accepted: [second, third], rejected: [first], of: 3 },
        { path: ci, accepted: [], rejected: 'whole', of: 0 },
      ],
    });
  });

  test('stays ready where everything was rejected, and a rejected hunk that is named is accepted after all', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout({ hunks });
    await rejectChanges({ checkout, trace }, { path }, false, signal);
    await rejectChanges({ checkout, trace }, { path: '.github/workflows/ci.yml' }, false, signal);
    expect(trace.task().state).toBe('ready');
    expect(await acceptChanges({ checkout, trace }, undefined, signal)).toMatchObject({ value: { applied: [] } });
    await acceptChanges({ checkout, trace }, [{ path, hunks: [2] }], signal);
    expect(trace.task()).toMatchObject({
      state: 'applied',
      decisions: [{ rejected: 'whole' }, { path, accepted: [second], rejected: [first, third] }],
    });
  });

  test('refuses numbers that no hunk has, and hunks of a file that is taken as a whole', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout({ hunks });
    for (const numbers of [[4], [0]]) {
      expect(await acceptChanges({ checkout, trace }, [{ path, hunks: numbers }], signal)).toMatchObject({
        ok: false,
        error: { reason: 'no-such-hunk', message: 'src/sum.js has 3 hunks, numbered from 1.' },
      });
    }
    const whole = { path: '.github/workflows/ci.yml', hunks: [1] };
    expect(await acceptChanges({ checkout, trace }, [whole], signal)).toMatchObject({ error: { reason: 'no-parts' } });
    expect(await rejectChanges({ checkout, trace }, whole, false, signal)).toMatchObject({
      error: { reason: 'no-parts' },
    });
  });

  test('takes an accept of a hunk that a killed host left open for what the checkout shows', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout({ hunks });
    const { changeset } = trace.task();
    const data = {
      key: 'apply-1',
      hash: changeset?.hash ?? '',
      writes: [{ path, before: null, after: 'a'.repeat(64), mode: '100644' }],
      parts: [{ path, hunks: [first], of: 3 }],
    };
    await trace.record({ type: 'apply-intended', actor: 'user', data });
    checkout.written.add(path);
    await recoverAccept({ checkout, trace }, signal);
    expect(checkout.planned.at(-1)).toEqual([{ path, to: [first] }]);
    expect(trace.task()).toMatchObject({ applied: [], decisions: [{ path, accepted: [first], of: 3 }] });
  });
});
