import { Emitter } from '../../../src/base/event.ts';
import { failure } from '../../../src/base/failure.ts';
import { fail, ok, type Result } from '../../../src/base/result.ts';
import type {
  VectorHit,
  VectorIndex,
  VectorIndexFailure,
  VectorIndexStatus,
  VectorItem,
} from '../../../src/core/memory/vectorIndex.ts';

/** A `VectorIndex` in memory. `refusal` makes every change fail; `changes` counts those that were made; `lose` takes owners away. */
export class MemoryVectorIndex implements VectorIndex {
  readonly dimensions: number;
  private readonly loss = new Emitter<void>();
  readonly onDidLose = this.loss.event;
  private lost = 0;
  readonly held = new Map<string, readonly VectorItem[]>();
  refusal: VectorIndexFailure | undefined;
  changes = 0;
  closed = false;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  replace(owner: string, items: readonly VectorItem[]): Promise<Result<void, VectorIndexFailure>> {
    return this.replaceAll([{ owner, items }]);
  }

  async replaceAll(
    changes: readonly { readonly owner: string; readonly items: readonly VectorItem[] }[],
  ): Promise<Result<void, VectorIndexFailure>> {
    if (this.refusal !== undefined) {
      return fail(this.refusal);
    }
    if (changes.some(({ items }) => items.some(({ vector }) => vector.length !== this.dimensions))) {
      return fail(failure('bad-vector', 'A vector has another length.'));
    }
    for (const { owner, items } of changes) {
      this.changes += 1;
      if (items.length === 0) {
        this.held.delete(owner);
      } else {
        this.held.set(owner, items);
      }
    }
    return ok(undefined);
  }

  async search(
    vector: Float32Array,
    count: number,
    accepts: (owner: string) => boolean = () => true,
  ): Promise<readonly VectorHit[]> {
    const hits = [...this.held].flatMap(([owner, items]) =>
      accepts(owner)
        ? items.map(({ vector: own, ...item }) => ({
            owner,
            ...item,
            score: own.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0),
          }))
        : [],
    );
    return hits.toSorted((one, other) => other.score - one.score).slice(0, count);
  }

  hashesOf(owner: string): readonly string[] {
    return (this.held.get(owner) ?? []).map(({ hash }) => hash);
  }

  owners(): Iterable<string> {
    return this.held.keys();
  }

  async vectorOf(hash: string): Promise<Float32Array | undefined> {
    return [...this.held.values()].flat().find((item) => item.hash === hash)?.vector;
  }

  status(): VectorIndexStatus {
    return {
      items: [...this.held.values()].flat().length,
      owners: this.held.size,
      bytes: 0,
      lostShards: this.lost === 0 ? [] : [0],
    };
  }

  lose(...owners: readonly string[]): void {
    owners.forEach((owner) => this.held.delete(owner));
    this.lost += 1;
    this.loss.fire();
  }

  async forgetLost(): Promise<Result<void, VectorIndexFailure>> {
    this.lost = 0;
    return ok(undefined);
  }

  async clear(): Promise<Result<void, VectorIndexFailure>> {
    this.held.clear();
    return ok(undefined);
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
