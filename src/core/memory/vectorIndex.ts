import type { Event } from '../../base/event.ts';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';

/** One vector of an owner. */
export interface VectorItem {
  /** The chunk's hash: what was embedded once is not embedded again wherever it turns up. */
  readonly hash: string;
  /** Place in the owner, so that items of one owner with one hash stay apart. */
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
  /** Of the index's dimensions, length 1. A vector of zeros, or one with what is no number, is refused. */
  readonly vector: Float32Array;
}

export interface VectorHit {
  readonly owner: string;
  readonly hash: string;
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
  /** Cosine, -1 to 1. */
  readonly score: number;
}

export interface VectorIndexStatus {
  readonly items: number;
  readonly owners: number;
  readonly bytes: number;
  /** Shards that were unreadable when they were opened: their owners must be put again. Named until that was done. */
  readonly lostShards: readonly number[];
}

export type VectorIndexFailure = Failure<'no-sqlite' | 'no-space' | 'read-only' | 'in-use' | 'bad-vector' | 'failed'>;

/**
 * Vectors of one embedding model for one workspace. `owner` is a path of the repository, `commit:<id>` or `episode:<id>`. A change
 * to an owner is all or nothing and durable when the promise is kept. Safe to call at any time: changes are queued by the index.
 */
export interface VectorIndex {
  readonly dimensions: number;
  /** Vectors turned out to be unreadable, and are gone; their owners must be put again. */
  readonly onDidLose: Event<void>;
  /** Puts these items in the place of all that the owner had; none takes the owner away. */
  replace(owner: string, items: readonly VectorItem[]): Promise<Result<void, VectorIndexFailure>>;
  /** Several owners with as few writes as can be. */
  replaceAll(
    changes: readonly { readonly owner: string; readonly items: readonly VectorItem[] }[],
  ): Promise<Result<void, VectorIndexFailure>>;
  /** The best, best first; `accepts` is asked once per owner. */
  search(vector: Float32Array, count: number, accepts?: (owner: string) => boolean): Promise<readonly VectorHit[]>;
  /** Hashes under which the owner's items stand now; for finding out what is left to embed. */
  hashesOf(owner: string): readonly string[];
  owners(): Iterable<string>;
  /** The vector of a chunk that stands anywhere in the index. */
  vectorOf(hash: string): Promise<Float32Array | undefined>;
  status(): VectorIndexStatus;
  /** Says that the owners of all lost shards were put again: none is named any more, also not when the index is opened next. */
  forgetLost(): Promise<Result<void, VectorIndexFailure>>;
  /** Removes everything from memory and disk. */
  clear(): Promise<Result<void, VectorIndexFailure>>;
  close(): Promise<void>;
}
