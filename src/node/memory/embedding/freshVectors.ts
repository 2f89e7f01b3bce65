import { ok, type Result } from '../../../base/result.ts';
import type { VectorIndex, VectorIndexFailure, VectorItem } from '../../../core/memory/vectorIndex.ts';
import type { VectorJournal } from '../../../core/memory/embedding/vectorJournal.ts';

interface Fresh {
  readonly vector: Float32Array;
  /** Whose chunk it was made for; empty for one of a process before. */
  readonly owner: string;
}

/** Vectors on their way from the model into the index: made, in the journal, and put there many at once. */
export class FreshVectors {
  private readonly index: VectorIndex;
  private readonly journal: VectorJournal;
  private readonly fresh = new Map<string, Fresh>();
  private readonly complete = new Map<string, readonly VectorItem[]>();
  /** Items of complete owners. */
  private items = 0;

  constructor(index: VectorIndex, journal: VectorJournal) {
    this.index = index;
    this.journal = journal;
  }

  async load(): Promise<void> {
    for (const [hash, vector] of await this.journal.read()) {
      if (vector.length === this.index.dimensions) {
        this.fresh.set(hash, { vector, owner: '' });
      }
    }
  }

  /** Says whose the vectors of a process before are: who has a chunk of that hash. */
  adopt(owner: string, hashes: readonly string[]): void {
    for (const hash of hashes) {
      const fresh = this.fresh.get(hash);
      if (fresh?.owner === '') {
        this.fresh.set(hash, { ...fresh, owner });
      }
    }
  }

  /** Once all owners were asked: what nobody has is of something that is gone. */
  async dropUnowned(): Promise<void> {
    const unowned = [...this.fresh].filter(([, { owner }]) => owner === '');
    if (unowned.length > 0) {
      unowned.forEach(([hash]) => this.fresh.delete(hash));
      await this.rewrite();
    }
  }

  /** The vector of a chunk, wherever it is. */
  async find(hash: string): Promise<Float32Array | undefined> {
    return this.fresh.get(hash)?.vector ?? (await this.index.vectorOf(hash));
  }

  async add(vectors: readonly { readonly hash: string; readonly owner: string; readonly vector: Float32Array }[]) {
    for (const { hash, owner, vector } of vectors) {
      this.fresh.set(hash, { vector, owner });
    }
    await this.journal.append(new Map(vectors.map(({ hash, vector }) => [hash, vector])));
  }

  /** An owner that has all its vectors: it goes into the index with the next `flush`. */
  put(owner: string, items: readonly VectorItem[]): void {
    this.drop(owner);
    this.complete.set(owner, items);
    this.items += items.length;
  }

  /** Items that wait for a flush; owners without items count as one. */
  get waiting(): number {
    return this.items + this.complete.size;
  }

  /** Puts the complete owners into the index. On failure they stay for the next time. */
  async flush(): Promise<Result<void, VectorIndexFailure>> {
    if (this.complete.size === 0) {
      return ok(undefined);
    }
    const changes = [...this.complete].map(([owner, items]) => ({ owner, items }));
    const done = await this.index.replaceAll(changes);
    if (!done.ok) {
      return done;
    }
    for (const { owner, items } of changes) {
      this.drop(owner);
      for (const { hash } of items) {
        this.fresh.delete(hash);
      }
    }
    await this.rewrite();
    return ok(undefined);
  }

  /** Takes owners out of the index, and all that was made for them. */
  async remove(owners: readonly string[]): Promise<Result<void, VectorIndexFailure>> {
    const gone = new Set(owners);
    for (const owner of owners) {
      this.drop(owner);
    }
    const stale = [...this.fresh].filter(([, { owner }]) => gone.has(owner));
    for (const [hash] of stale) {
      this.fresh.delete(hash);
    }
    const done = await this.index.replaceAll(owners.map((owner) => ({ owner, items: [] })));
    if (stale.length > 0) {
      await this.rewrite();
    }
    return done;
  }

  /** Nothing waits any more: what is left was made for what is gone. */
  async clear(): Promise<void> {
    if (this.fresh.size > 0) {
      this.fresh.clear();
      await this.rewrite();
    }
  }

  private drop(owner: string): void {
    this.items -= this.complete.get(owner)?.length ?? 0;
    this.complete.delete(owner);
  }

  private rewrite(): Promise<void> {
    return this.journal.replace(new Map([...this.fresh].map(([hash, { vector }]) => [hash, vector])));
  }
}
