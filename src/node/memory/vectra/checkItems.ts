import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { VectorIndexFailure, VectorItem } from '../../../core/memory/vectorIndex.ts';
import type { NewShardItem } from './shardFormat.ts';

/** Copies of an owner's items as they go into its shard, or why they do not. What the caller does with his arrays later changes nothing. */
export function checkItems(
  owner: string,
  items: readonly VectorItem[],
  dimensions: number,
): Result<readonly NewShardItem[], VectorIndexFailure> {
  const copies: NewShardItem[] = [];
  for (const [position, item] of items.entries()) {
    const norm = normOf(item.vector);
    if (item.vector.length !== dimensions || !isUsableNorm(norm)) {
      const what = item.vector.length === dimensions ? 'is zero or no number' : `has ${item.vector.length} dimensions`;
      const message = `The vector of chunk ${item.ordinal} of ${owner} ${what}; it takes ${dimensions} numbers that are not all zero.`;
      return fail(failure('bad-vector', message));
    }
    const { hash, ordinal, startLine, endLine } = item;
    const vector = item.vector.slice();
    copies.push({ id: `${owner}#${position}`, owner, hash, ordinal, startLine, endLine, norm, vector });
  }
  return ok(copies);
}

/** Of the vector as it is stored, summed in its order, as the library does it: scores are equal to the last bit. */
export function normOf(vector: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < vector.length; index += 1) {
    const value = vector[index] ?? 0;
    sum += value * value;
  }
  return Math.sqrt(sum);
}

export function isUsableNorm(norm: number): boolean {
  return norm > 0 && Number.isFinite(norm);
}
