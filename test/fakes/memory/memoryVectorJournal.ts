import type { VectorJournal } from '../../../src/core/memory/embedding/vectorJournal.ts';

/** A journal that outlives the queue that wrote it. */
export class MemoryVectorJournal implements VectorJournal {
  held: ReadonlyMap<string, Float32Array> = new Map();

  async read(): Promise<ReadonlyMap<string, Float32Array>> {
    return this.held;
  }

  async append(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.held = new Map([...this.held, ...vectors]);
  }

  async replace(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    this.held = vectors;
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}
