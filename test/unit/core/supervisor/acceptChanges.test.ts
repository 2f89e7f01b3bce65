import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { acceptChanges, recoverAccept } from '../../../../src/core/supervisor/acceptChanges.ts';
import { moveTask } from '../../../../src/core/supervisor/taskPipeline.ts';
import { memoryCheckout, readyTask, signal } from './readyTask.ts';

describe('accepting changes', () => {
  test('writes nothing of a ready task that has no proof of its changes', async () => {
    const trace = await readyTask();
    const { changeset } = trace.task();
    if (changeset === undefined) throw new Error('no changeset');
    const again = { ...changeset, files: [...changeset.files], hash: 'f'.repeat(64) };
    const data = { run: 'run-1', changeset: again, summary: 'done' };
    await trace.record({ type: 'changeset-imported', actor: 'host', data });
    const checkout = memoryCheckout();
    const accepted = await acceptChanges({ checkout, trace }, undefined, signal);
    expect(accepted).toMatchObject({
      ok: false,
      error: { reason: 'not-ready', message: expect.stringContaining('ready without a proof') },
    });
    expect([...checkout.written]).toEqual([]);
  });

  test('does not write a task that was discarded while the apply was planned', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout();
    const planApply = checkout.planApply.bind(checkout);
    Object.assign(checkout, {
      planApply: async (...args: Parameters<typeof planApply>) => {
        await moveTask({ trace }, { move: 'discard', by: 'user' });
        return planApply(...args);
      },
    });
    const accepted = await acceptChanges({ checkout, trace }, undefined, signal);
    expect(accepted).toMatchObject({ ok: false, error: { reason: 'not-ready' } });
    expect(checkout.written.size).toBe(0);
    expect(trace.task()).toMatchObject({ state: 'discarded', applied: [] });
  });

  test('that is cancelled before anything is written writes nothing, and can be made again', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout();
    const keepBytes = checkout.keepBytes.bind(checkout);
    const person = new AbortController();
    const stopping = {
      ...checkout,
      keepBytes: (...args: Parameters<typeof keepBytes>) => {
        person.abort();
        return keepBytes(...args);
      },
    };
    const accepted = await acceptChanges({ checkout: stopping, trace }, undefined, person.signal);
    expect(accepted).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(checkout.written.size).toBe(0);
    expect(trace.events.some((event) => event.type === 'apply-intended')).toBe(false);
    expect(await acceptChanges({ checkout, trace }, undefined, signal)).toMatchObject({ ok: true });
  });

  test('that is cancelled while it writes is done as a whole', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout();
    const apply = checkout.apply.bind(checkout);
    const person = new AbortController();
    const heeded: boolean[] = [];
    const stopping = {
      ...checkout,
      apply: (...[changeset, plan, key, end]: Parameters<typeof apply>) => {
        person.abort();
        heeded.push(end.aborted);
        return apply(changeset, plan, key, end);
      },
    };
    const accepted = await acceptChanges({ checkout: stopping, trace }, undefined, person.signal);
    expect(accepted).toMatchObject({ ok: true, value: { applied: ['src/sum.js'] } });
    expect(heeded).toEqual([false]);
  });

  test('does not write a task that was cancelled, and names the way to what it has changed', async () => {
    const trace = await readyTask();
    await moveTask({ trace }, { move: 'cancel', by: 'user' });
    const refused = await acceptChanges({ checkout: memoryCheckout(), trace }, undefined, signal);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'not-ready' } });
    expect(refused.ok ? '' : refused.error.message).toContain('`nightshift patch task-golden` prints');
  });

  test('leaves the apply open when the checkout cannot be looked at', async () => {
    const trace = await readyTask();
    const { changeset } = trace.task();
    const writes = [{ path: 'src/sum.js', before: null, after: 'a'.repeat(64), mode: '100644' }];
    await trace.record({
      type: 'apply-intended',
      actor: 'user',
      data: { key: 'apply-1', hash: changeset?.hash ?? '', writes },
    });
    const checkout = { ...memoryCheckout(), planApply: async () => fail(failure('git-failed', 'Git did not answer.')) };
    await recoverAccept({ checkout, trace }, signal);
    expect(trace.task().openApply?.key).toBe('apply-1');
  });

  test('leaves protected files for an approval of their own, and the task stays ready until then', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout();
    const first = await acceptChanges({ checkout, trace }, undefined, signal);
    expect(first).toEqual(ok({ applied: ['src/sum.js'], conflicts: [], remaining: ['.github/workflows/ci.yml'] }));
    expect(trace.task().state).toBe('ready');
    const second = await acceptChanges({ checkout, trace }, [{ path: '.github/workflows/ci.yml' }], signal);
    expect(second).toMatchObject({ ok: true, value: { remaining: [] } });
    expect(trace.task().state).toBe('applied');
  });

  test('writes nothing when one file conflicts', async () => {
    const trace = await readyTask();
    const conflict = { path: 'src/sum.js', reason: 'changed-meanwhile', message: 'It was changed.' } as const;
    const checkout = memoryCheckout({ conflicts: [conflict] });
    const accepted = await acceptChanges({ checkout, trace }, undefined, signal);
    expect(accepted).toMatchObject({ ok: true, value: { applied: [], conflicts: [conflict] } });
    expect(checkout.written.size).toBe(0);
    expect(trace.events.some((event) => event.type === 'apply-intended')).toBe(false);
  });

  test('says which files a task has when one is named that it does not change', async () => {
    const trace = await readyTask();
    const accepted = await acceptChanges({ checkout: memoryCheckout(), trace }, [{ path: 'README.md' }], signal);
    expect(accepted).toMatchObject({ ok: false, error: { reason: 'not-in-changeset' } });
    expect(accepted.ok ? '' : accepted.error.message).toContain('src/sum.js');
  });

  test('records what was written when the disk fails in the middle', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout({ breakAfter: 1 });
    const paths = ['src/sum.js', '.github/workflows/ci.yml'];
    const wanted = paths.map((path) => ({ path }));
    const accepted = await acceptChanges({ checkout, trace }, wanted, signal);
    expect(accepted).toMatchObject({ ok: false, error: { reason: 'io' } });
    expect(trace.task().applied).toEqual([...checkout.written]);
    expect(trace.task()).toMatchObject({ state: 'ready' });
    expect(trace.task().openApply).toBeUndefined();
  });

  test('is brought to its end after a kill between its last record and the move', async () => {
    const trace = await readyTask();
    const { changeset } = trace.task();
    const applied = changeset?.files.map((file) => file.path) ?? [];
    const key = 'apply-1';
    await trace.record({
      type: 'apply-intended',
      actor: 'user',
      data: { key, hash: changeset?.hash ?? '', writes: [] },
    });
    await trace.record({ type: 'apply-ended', actor: 'host', data: { key, applied, conflicts: [] } });
    expect(trace.task()).toMatchObject({ state: 'ready', applied });
    await recoverAccept({ checkout: memoryCheckout(), trace }, signal);
    expect(trace.task().state).toBe('applied');
  });

  test('is ended after a kill by looking at the checkout, without writing again', async () => {
    const trace = await readyTask();
    const { changeset } = trace.task();
    const writes = (changeset?.files ?? []).map(({ path }) => ({
      path,
      before: null,
      after: 'a'.repeat(64),
      mode: '100644',
    }));
    await trace.record({
      type: 'apply-intended',
      actor: 'user',
      data: { key: 'apply-1', hash: changeset?.hash ?? '', writes },
    });
    const checkout = memoryCheckout();
    checkout.written.add('src/sum.js');
    await recoverAccept({ checkout, trace }, signal);
    expect(trace.task()).toMatchObject({ state: 'ready', applied: ['src/sum.js'] });
    expect([...checkout.written]).toEqual(['src/sum.js']);
  });

  test('of which it cannot be told whether a file was written is recorded as such, not repeated, and left to a person', async () => {
    const trace = await readyTask();
    const { changeset } = trace.task();
    const writes = (changeset?.files ?? []).map(({ path }) => ({
      path,
      before: null,
      after: 'a'.repeat(64),
      mode: '100644',
    }));
    await trace.record({
      type: 'apply-intended',
      actor: 'user',
      data: { key: 'apply-1', hash: changeset?.hash ?? '', writes },
    });
    const conflict = { path: 'src/sum.js', reason: 'changed-meanwhile', message: 'It was changed.' } as const;
    const checkout = memoryCheckout({ conflicts: [conflict] });
    checkout.written.add('.github/workflows/ci.yml');
    await recoverAccept({ checkout, trace }, signal);
    expect(trace.events.at(-1)).toMatchObject({
      type: 'apply-ended',
      data: { key: 'apply-1', applied: ['.github/workflows/ci.yml'], conflicts: [conflict] },
    });
    expect([...checkout.written]).toEqual(['.github/workflows/ci.yml']);
    expect(trace.task()).toMatchObject({ state: 'ready', applied: ['.github/workflows/ci.yml'] });
    expect(trace.task().activity).toBe('ready, and a person has to look: It was changed.');
  });
});

describe('a merge by hand', () => {
  const merged = { path: 'src/sum.js', bytes: new Uint8Array([1]), over: 'c'.repeat(64) };

  test('is written with the other files, and the trace names the file that a person merged', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout();
    const accepted = await acceptChanges({ checkout, trace }, undefined, signal, undefined, [merged]);
    expect(accepted).toMatchObject({ ok: true, value: { applied: ['src/sum.js'] } });
    expect(checkout.planned.at(-1)).toMatchObject([{ path: 'src/sum.js', merged: { over: merged.over } }]);
    expect(trace.events.find(({ type }) => type === 'apply-intended')?.data).toMatchObject({ merged: ['src/sum.js'] });
  });

  test('of a file that is not accepted, or into a commit, changes nothing', async () => {
    const trace = await readyTask();
    const checkout = memoryCheckout();
    const other = [{ path: '.github/workflows/ci.yml' }];
    const stranger = await acceptChanges({ checkout, trace }, other, signal, undefined, [merged]);
    const committed = await acceptChanges({ checkout, trace }, undefined, signal, { kind: 'commit' }, [merged]);
    expect(stranger).toMatchObject({ error: { reason: 'not-in-changeset' } });
    expect(committed).toMatchObject({ error: { reason: 'not-allowed' } });
    expect([...checkout.written]).toEqual([]);
  });

  test.each([
    ['after', ['src/sum.js'], 0],
    ['before', [], 0],
    ['neither', [], 1],
  ] as const)('that was broken off is ended by its hash alone: %s', async (standing, applied, conflicts) => {
    const trace = await readyTask();
    const write = { path: 'src/sum.js', before: 'a'.repeat(64), after: 'b'.repeat(64), mode: '100644' };
    const hash = trace.task().changeset?.hash ?? '';
    const data = { key: 'apply-1', hash, writes: [write], merged: ['src/sum.js'] };
    await trace.record({ type: 'apply-intended', actor: 'user', data });
    const checkout = memoryCheckout();
    Object.assign(checkout, { look: async () => [standing] });
    await recoverAccept({ checkout, trace }, signal);
    expect(checkout.planned.flat()).toEqual([]);
    expect(trace.task().applied).toEqual(applied);
    expect(trace.events.at(-1)).toMatchObject({ type: 'apply-ended' });
    expect(trace.events.at(-1)?.data).toHaveProperty('conflicts.length', conflicts);
  });
});
