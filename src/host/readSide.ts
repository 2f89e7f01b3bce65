import type { Failure } from '../base/failure.ts';
import { ok, type Result } from '../base/result.ts';
import type { Changeset } from '../core/changes/changeset.ts';
import type { TreeStore } from '../core/repository/repository.ts';
import { decisionOf } from '../core/tasks/fileDecision.ts';
import { reviewSide } from '../core/tasks/reviewSide.ts';
import type { Task } from '../core/tasks/task.ts';
import type { HostParams } from '../protocol/host.ts';

/** One side of a changed file as clients may see it; null where that side does not exist. */
export async function readSide(
  store: TreeStore,
  { baseTree, resultTree }: Changeset,
  { applied, decisions }: Task,
  { path, side }: Pick<HostParams<'readSide'>, 'path' | 'side'>,
  signal: AbortSignal,
): Promise<Result<Uint8Array | null, Failure>> {
  if (side === 'base' || side === 'result') {
    return store.read(side === 'base' ? baseTree : resultTree, path, signal);
  }
  const base = await store.read(baseTree, path, signal);
  const result = await store.read(resultTree, path, signal);
  if (!base.ok || !result.ok) {
    return base.ok ? result : base;
  }
  const sides = { base: base.value, result: result.value };
  return ok(reviewSide(sides, side, decisionOf(decisions, path), applied.includes(path)));
}
