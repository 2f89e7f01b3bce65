import type { MemoryKind } from '../../../protocol/memory.ts';
import type { Chunk } from '../sourceFacts.ts';

/** What is to have vectors: a file, a commit, an episode, by the name that the `VectorIndex` knows it under. */
export interface OwnerState {
  readonly owner: string;
  readonly kind: MemoryKind;
  /** Of its chunks, in their order. */
  readonly hashes: readonly string[];
  /** How much it was changed lately, in any measure: the more, the sooner it is embedded. */
  readonly churn: number;
}

/** Tells what there is to embed. Kept by whoever reads the files; asked again whenever something changed. */
export interface ChunkSource {
  /** All of them, so many at a time as may be looked at in one go. What changes meanwhile is told beside. */
  states(): AsyncIterable<readonly OwnerState[]>;
  /** Undefined for what is gone, or has no vectors to have. */
  stateOf(owner: string): Promise<OwnerState | undefined>;
  /** Empty for what is gone. */
  chunksOf(owner: string): Promise<readonly Chunk[]>;
}
