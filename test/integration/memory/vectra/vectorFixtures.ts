import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Result } from '../../../../src/base/result.ts';
import type { VectorItem } from '../../../../src/core/memory/vectorIndex.ts';
import { openVectorIndex, type VectorIndexOptions } from '../../../../src/node/memory/vectra/openVectorIndex.ts';

/** Numbers from 0 to below 1 that are the same in each run. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function unitVector(random: () => number, dimensions: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

export function itemsOf(owner: string, count: number, random: () => number, dimensions: number): VectorItem[] {
  return Array.from({ length: count }, (_, ordinal) => ({
    hash: `${owner}:${ordinal}:${Math.floor(random() * 1e9).toString(16)}`,
    ordinal,
    startLine: ordinal * 10 + 1,
    endLine: ordinal * 10 + 9,
    vector: unitVector(random, dimensions),
  }));
}

export function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) {
    throw new Error(`Expected success: ${JSON.stringify(result.error)}`);
  }
  return result.value;
}

/** A folder for each test, and the indexes that were opened in it, which `remove` closes. */
export function indexFolder(dimensions: number): {
  readonly directory: string;
  open(more?: Partial<VectorIndexOptions>): ReturnType<typeof openVectorIndex>;
  remove(): Promise<void>;
} {
  const root = mkdtempSync(join(tmpdir(), 'nightshift-vectors-'));
  const directory = join(root, 'vectors');
  const opened: { close(): Promise<void> }[] = [];
  return {
    directory,
    open: async (more) => {
      const result = await openVectorIndex({ directory, identity: 'test', dimensions, ...more });
      if (result.ok) {
        opened.push(result.value);
      }
      return result;
    },
    remove: async () => {
      await Promise.all(opened.map((index) => index.close()));
      rmSync(root, { recursive: true, force: true });
    },
  };
}
