import { expect } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { Changeset } from '../../../../src/core/changes/changeset.ts';
import type { Hunk } from '../../../../src/core/changes/hunks.ts';
import type { FilePart } from '../../../../src/core/changes/planFile.ts';
import type { ApplyConflict, Checkout } from '../../../../src/core/repository/repository.ts';
import { playPipeline, type Play } from '../../../golden/playPipeline.ts';

export const signal = new AbortController().signal;
export const call = (name: string, args: Record<string, unknown>): Play['turns'][number] => ({
  calls: [{ name, arguments: args }],
});

/** A ready task that changes a plain file and a protected one. */
export async function readyTask() {
  const { trace } = await playPipeline({
    turns: [
      call('edit_file', { path: 'src/sum.js', oldText: 'a - b', newText: 'a + b' }),
      call('write_file', { path: '.github/workflows/ci.yml', content: 'on: push\n' }),
      call('finish', { summary: 'done' }),
    ],
  });
  expect(trace.task().state).toBe('ready');
  return trace;
}

interface MemoryCheckout extends Checkout {
  readonly written: Set<string>;
  /** What was asked to be planned, in order. */
  readonly planned: (readonly FilePart[])[];
}

/** A checkout that knows only which paths stand as the result wants them. */
export function memoryCheckout(
  options: {
    conflicts?: readonly ApplyConflict[];
    breakAfter?: number;
    hunks?: Readonly<Record<string, readonly Hunk[]>>;
  } = {},
): MemoryCheckout {
  const written = new Set<string>();
  const planned: (readonly FilePart[])[] = [];
  return {
    written,
    planned,
    removeLeftovers: async () => undefined,
    keepBytes: async (_changeset, plan) =>
      ok(plan.writes.map(() => ({ before: null, after: 'b'.repeat(40), permissions: null }))),
    planUndo: async (files) => {
      const writes = files.map(({ path }) => ({ path, before: 'a'.repeat(64), after: null, mode: null }));
      return ok({ files, writes, conflicts: options.conflicts ?? [], unchanged: [] });
    },
    undo: async (plan) => {
      for (const [index, { path }] of plan.writes.entries()) {
        if (index === options.breakAfter) {
          return fail(failure('io', 'The disk is full; make room and undo again.'));
        }
        written.delete(path);
      }
      return ok({ undone: plan.writes.map((write) => write.path), conflicts: [] });
    },
    look: async (writes) => writes.map(({ path }) => (written.has(path) ? 'before' : 'after')),
    mergeSides: async () => ok(undefined),
    hunks: async (_changeset, path) => ok(options.hunks?.[path]),
    planApply: async (_changeset: Changeset, parts) => {
      planned.push(parts);
      return ok({
        parts,
        writes: parts
          .filter(({ path }) => !written.has(path))
          .map(({ path }) => ({ path, before: null, after: 'a'.repeat(64), mode: '100644' })),
        unchanged: parts.map(({ path }) => path).filter((path) => written.has(path)),
        conflicts: options.conflicts ?? [],
      });
    },
    apply: async (_changeset, plan) => {
      for (const [index, { path }] of plan.writes.entries()) {
        if (index === options.breakAfter) {
          return fail(failure('io', 'The disk is full; make room and apply again.'));
        }
        written.add(path);
      }
      return ok({ applied: plan.writes.map((write) => write.path), conflicts: [] });
    },
  };
}
