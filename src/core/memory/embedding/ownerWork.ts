import type { Chunk } from '../sourceFacts.ts';
import type { VectorItem } from '../vectorIndex.ts';

/** The chunks of an owner whose vectors are nowhere yet, each hash once. */
export function chunksToEmbed(chunks: readonly Chunk[], has: (hash: string) => boolean): readonly Chunk[] {
  const seen = new Set<string>();
  return chunks.filter(({ hash }) => {
    const isNew = !seen.has(hash) && !has(hash);
    seen.add(hash);
    return isNew;
  });
}

/** The items of an owner. What has no vector has no item; the others keep their places. */
export function itemsOf(
  chunks: readonly Chunk[],
  vectorOf: (hash: string) => Float32Array | undefined,
): readonly VectorItem[] {
  return chunks.flatMap(({ hash, startLine, endLine }, ordinal) => {
    const vector = vectorOf(hash);
    return vector === undefined ? [] : [{ hash, ordinal, startLine, endLine, vector }];
  });
}

/** How many of the wanted hashes are there, each as often as it is wanted. */
export function countPresent(wanted: readonly string[], present: readonly string[]): number {
  const left = new Map<string, number>();
  for (const hash of present) {
    left.set(hash, (left.get(hash) ?? 0) + 1);
  }
  return wanted.filter((hash) => {
    const count = left.get(hash) ?? 0;
    left.set(hash, count - 1);
    return count > 0;
  }).length;
}
