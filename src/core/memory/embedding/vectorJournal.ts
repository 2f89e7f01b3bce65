/**
 * Vectors that were made and are not in the index yet: an index takes many at once, and what a kill comes between is not
 * embedded again.
 */
export interface VectorJournal {
  /** What a process before left; broken ends are dropped. */
  read(): Promise<ReadonlyMap<string, Float32Array>>;
  /** By the hash of the chunk. In the file when the promise is kept, though not yet safe from a loss of power. */
  append(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** Puts these in the place of all. */
  replace(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  close(): Promise<void>;
}
