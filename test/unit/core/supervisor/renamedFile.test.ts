import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { Checkout } from '../../../../src/core/repository/repository.ts';
import { acceptChanges } from '../../../../src/core/supervisor/acceptChanges.ts';
import { rejectChanges } from '../../../../src/core/supervisor/rejectChanges.ts';
import { undoAccept } from '../../../../src/core/supervisor/undoAccept.ts';
import { playPipeline, type Play } from '../../../golden/playPipeline.ts';

const signal = new AbortController().signal;
const call = (name: string, args: Record<string, unknown>): Play['turns'][number] => ({
  calls: [{ name, arguments: args }],
});

/** A checkout that knows only which paths stand as accepted. */
function memoryCheckout(): Checkout & { readonly written: Set<string> } {
  const written = new Set<string>();
  const writesOf = (files: readonly { readonly path: string }[]) =>
    files.map(({ path }) => ({ path, before: null, after: 'a'.repeat(64), mode: '100644' }));
  return {
    written,
    removeLeftovers: async () => undefined,
    hunks: async () => ok(undefined),
    mergeSides: async () => ok(undefined),
    planApply: async (_changeset, parts) => ok({ parts, writes: writesOf(parts), unchanged: [], conflicts: [] }),
    keepBytes: async (_changeset, { writes }) =>
      ok(writes.map(() => ({ before: null, after: 'b'.repeat(40), permissions: null }))),
    apply: async (_changeset, { writes }) => {
      writes.forEach(({ path }) => written.add(path));
      return ok({ applied: writes.map(({ path }) => path), conflicts: [] });
    },
    planUndo: async (files) => ok({ files, writes: writesOf(files), conflicts: [], unchanged: [] }),
    undo: async ({ writes }) => {
      writes.forEach(({ path }) => written.delete(path));
      return ok({ undone: writes.map(({ path }) => path), conflicts: [] });
    },
    look: async (writes) => writes.map(({ path }) => (written.has(path) ? 'before' : 'after')),
  };
}

describe('a renamed file', () => {
  const [from, to] = ['secrets/readme.txt', 'docs/readme.txt'];

  async function renamed() {
    const { trace } = await playPipeline({
      turns: [
        call('edit_file', { path: 'src/sum.js', oldText: 'a - b', newText: 'a + b' }),
        call('write_file', { path: to, content: 'nothing to see\n' }),
        call('delete_file', { path: from }),
        call('finish', { summary: 'done' }),
      ],
    });
    expect(trace.task()).toMatchObject({ state: 'ready', changeset: { files: [{ renamedFrom: from }, {}, {}] } });
    return { trace, checkout: memoryCheckout() };
  }

  test.each([
    [from, to],
    [to, from],
  ])('is accepted by either name, and undone by either: %s first', async (one, other) => {
    const { trace, checkout } = await renamed();
    const accepted = await acceptChanges({ checkout, trace }, [{ path: one }], signal);
    expect(accepted).toMatchObject({ value: { applied: [one, other] } });
    const undone = await undoAccept({ checkout, trace }, [other], signal);
    expect(undone).toMatchObject({ value: { undone: expect.arrayContaining([from, to]) } });
    expect([...checkout.written]).toEqual([]);
  });

  test('is rejected and restored by either name', async () => {
    const { trace, checkout } = await renamed();
    await rejectChanges({ checkout, trace }, { path: from }, false, signal);
    expect(trace.task().decisions.map(({ path: each, rejected }) => [each, rejected])).toEqual([
      [from, 'whole'],
      [to, 'whole'],
    ]);
    await rejectChanges({ checkout, trace }, { path: to }, true, signal);
    expect(trace.task().decisions).toEqual([]);
  });
});
