import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { Checkout, KeptBytes } from '../../../../src/core/repository/repository.ts';
import { acceptChanges } from '../../../../src/core/supervisor/acceptChanges.ts';
import { recoverUndo, undoAccept } from '../../../../src/core/supervisor/undoAccept.ts';
import { foldTrace } from '../../../../src/core/tasks/taskReducer.ts';
import { playPipeline, type Play } from '../../../golden/playPipeline.ts';

const signal = new AbortController().signal;
const call = (name: string, args: Record<string, unknown>): Play['turns'][number] => ({
  calls: [{ name, arguments: args }],
});
const [one, other] = ['src/new.js', 'src/sum.js'];
const kept: KeptBytes = { before: null, after: 'b'.repeat(40), permissions: null };

/** A checkout that knows which paths stand as accepted; `strange` ones are neither accepted nor as before. */
function memoryCheckout(options: { conflict?: string; breakAfter?: number; strange?: string } = {}) {
  const written = new Set<string>();
  const writesOf = (paths: readonly string[]) =>
    paths.map((path) => ({ path, before: null, after: 'a'.repeat(64), mode: '100644' }));
  const checkout: Checkout = {
    removeLeftovers: async () => undefined,
    hunks: async () => ok(undefined),
    mergeSides: async () => ok(undefined),
    planApply: async (_changeset, parts) =>
      ok({ parts, writes: writesOf(parts.map(({ path }) => path)), unchanged: [], conflicts: [] }),
    keepBytes: async (_changeset, { writes }) => ok(writes.map(() => kept)),
    apply: async (_changeset, { writes }) => {
      writes.forEach(({ path }) => written.add(path));
      return ok({ applied: writes.map(({ path }) => path), conflicts: [] });
    },
    planUndo: async (files) => {
      const paths = files.map(({ path }) => path).filter((path) => path !== options.conflict);
      const conflicts = files
        .filter(({ path }) => path === options.conflict)
        .map(({ path }) => ({ path, reason: 'changed-meanwhile' as const, message: `${path} was changed since.` }));
      return ok({ files, writes: writesOf(paths), conflicts, unchanged: [] });
    },
    undo: async ({ writes }) => {
      for (const [index, { path }] of writes.entries()) {
        if (index === options.breakAfter) {
          return fail(failure('io', 'The disk is full; make room and undo again.'));
        }
        written.delete(path);
      }
      return ok({ undone: writes.map(({ path }) => path), conflicts: [] });
    },
    look: async (writes) =>
      writes.map(({ path }) => (path === options.strange ? 'neither' : written.has(path) ? 'before' : 'after')),
  };
  return { checkout, written };
}

/** A task whose two files were accepted. */
async function acceptedTask(options: Parameters<typeof memoryCheckout>[0] = {}) {
  const { trace } = await playPipeline({
    turns: [
      call('edit_file', { path: other, oldText: 'a - b', newText: 'a + b' }),
      call('write_file', { path: one, content: 'export {};\n' }),
      call('finish', { summary: 'done' }),
    ],
  });
  const memory = memoryCheckout(options);
  await acceptChanges({ checkout: memory.checkout, trace }, undefined, signal);
  expect(trace.task()).toMatchObject({ state: 'applied', applied: [one, other] });
  return { trace, ...memory };
}

describe('undoing an accept', () => {
  test('that is cancelled before anything is written changes nothing', async () => {
    const { trace, checkout, written } = await acceptedTask();
    expect(await undoAccept({ checkout, trace }, undefined, AbortSignal.abort())).toMatchObject({
      ok: false,
      error: { reason: 'aborted' },
    });
    expect([...written]).toEqual([one, other]);
    expect(trace.task()).toMatchObject({ state: 'applied', applied: [one, other] });
  });

  test('leaves a ready task of which nothing stands in the checkout, which can be accepted again', async () => {
    const { trace, checkout, written } = await acceptedTask();
    const undone = await undoAccept({ checkout, trace }, undefined, signal);
    expect(undone).toEqual(ok({ undone: [one, other], conflicts: [] }));
    expect([...written]).toEqual([]);
    expect(trace.task()).toMatchObject({ state: 'ready', applied: [], accepts: [] });
    expect(trace.events.map(({ type }) => type).slice(-3)).toEqual(['undo-intended', 'undo-ended', 'task-moved']);
    await acceptChanges({ checkout, trace }, undefined, signal);
    expect(trace.task()).toMatchObject({ state: 'applied', applied: [one, other] });
    expect(foldTrace(trace.events)).toEqual(trace.task());
  });

  test('of one file leaves the others accepted', async () => {
    const { trace, checkout, written } = await acceptedTask();
    await undoAccept({ checkout, trace }, [one], signal);
    expect([...written]).toEqual([other]);
    expect(trace.task()).toMatchObject({ state: 'ready', applied: [other], accepts: [{ path: other }] });
  });

  test('leaves a file accepted that could not be undone, and says so', async () => {
    const { trace, checkout } = await acceptedTask({ conflict: one });
    const undone = await undoAccept({ checkout, trace }, undefined, signal);
    expect(undone).toMatchObject({ ok: true, value: { undone: [other], conflicts: [{ path: one }] } });
    expect(trace.task()).toMatchObject({ state: 'ready', applied: [one] });
  });

  test('that broke off in the middle counts what stands in the checkout', async () => {
    const { trace, checkout } = await acceptedTask({ breakAfter: 1 });
    const undone = await undoAccept({ checkout, trace }, undefined, signal);
    expect(undone).toMatchObject({ ok: false, error: { reason: 'io' } });
    expect(trace.task()).toMatchObject({ state: 'ready', applied: [other] });
    expect(trace.task().openUndo).toBeUndefined();
  });

  test.each([
    ['before its first write', [], { applied: [one, other], state: 'applied' }],
    ['between two writes', [one], { applied: [other], state: 'ready' }],
    ['after its last write', [one, other], { applied: [], state: 'ready' }],
  ])('that a killed host left open %s is ended by a look, once, and writes nothing', async (_, gone, after) => {
    const { trace, checkout, written } = await acceptedTask();
    const writes = [one, other].map((path) => ({ path, before: 'a'.repeat(64), after: null, mode: null }));
    const data = { key: 'apply-1', paths: [one, other], writes };
    await trace.record({ type: 'undo-intended', actor: 'user', data });
    gone.forEach((path) => written.delete(path));
    const standing = [...written];
    await recoverUndo({ checkout, trace });
    await recoverUndo({ checkout, trace });
    expect(trace.task()).toMatchObject(after);
    expect(trace.events.filter(({ type }) => type === 'undo-ended')).toHaveLength(1);
    expect([...written]).toEqual(standing);
  });

  test('names a file that became something else while its host was dead', async () => {
    const { trace, checkout } = await acceptedTask({ strange: one });
    const writes = [{ path: one, before: 'a'.repeat(64), after: null, mode: null }];
    await trace.record({ type: 'undo-intended', actor: 'user', data: { key: 'apply-1', paths: [one], writes } });
    await recoverUndo({ checkout, trace });
    expect(trace.events.findLast(({ type }) => type === 'undo-ended')?.data).toMatchObject({
      undone: [],
      conflicts: [{ path: one }],
    });
    expect(trace.task()).toMatchObject({ state: 'applied', applied: [one, other] });
  });

  test('that was killed between its end and the move makes the task ready', async () => {
    const { trace, checkout } = await acceptedTask();
    await trace.record({ type: 'undo-intended', actor: 'user', data: { key: 'apply-1', paths: [one], writes: [] } });
    await trace.record({ type: 'undo-ended', actor: 'host', data: { key: 'apply-1', undone: [one], conflicts: [] } });
    expect(trace.task().state).toBe('applied');
    await recoverUndo({ checkout, trace });
    expect(trace.task().state).toBe('ready');
  });

  test('is refused for a file that was not accepted, and where nothing was', async () => {
    const { trace, checkout } = await acceptedTask();
    const stranger = await undoAccept({ checkout, trace }, ['README.md'], signal);
    expect(stranger).toMatchObject({ ok: false, error: { reason: 'not-accepted' } });
    await undoAccept({ checkout, trace }, undefined, signal);
    const again = await undoAccept({ checkout, trace }, undefined, signal);
    expect(again).toMatchObject({ ok: false, error: { reason: 'not-undoable' } });
  });

  test('is refused of an accept that kept nothing, with what to do instead', async () => {
    const { trace, checkout, written } = await acceptedTask();
    const older = trace.task().accepts.map(({ kept: _kept, ...write }) => write);
    const bare = {
      record: trace.record,
      putArtifact: trace.putArtifact,
      history: trace.history,
      task: () => ({ ...trace.task(), accepts: older }),
    };
    const refused = await undoAccept({ checkout, trace: bare }, undefined, signal);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'nothing-kept' } });
    expect([...written]).toEqual([one, other]);
  });

  test('keeps accepts from being written while one is open', async () => {
    const { trace, checkout } = await acceptedTask();
    await undoAccept({ checkout, trace }, undefined, signal);
    await trace.record({ type: 'undo-intended', actor: 'user', data: { key: 'apply-1', paths: [one], writes: [] } });
    expect(await acceptChanges({ checkout, trace }, undefined, signal)).toMatchObject({ ok: false });
    expect(trace.task().applied).toEqual([]);
  });
});
