import { ResidentRows } from './residentRows.ts';
import { type RowFacts, RowTable } from './rowTable.ts';
import type { ScanMemory } from './scanMemory.ts';

export interface ResidentItem extends RowFacts {
  readonly vector: Float32Array;
}

/** What of the index is in memory: small vectors for the search, and where the exact ones stand. */
export class ResidentIndex {
  readonly table = new RowTable();
  private readonly vectors: ResidentRows;

  constructor(memory: ScanMemory, dimensions: number) {
    this.vectors = new ResidentRows(memory, dimensions);
  }

  /** Puts these items in the place of all that the owner had; none takes the owner away. */
  replace(owner: string, items: readonly ResidentItem[]): void {
    for (const row of this.table.remove(owner)) {
      this.vectors.remove(row);
    }
    if (items.length > 0) {
      this.add(owner, items, ({ vector }) => vector);
    }
  }

  /** The owner must not be there. */
  add<T extends RowFacts>(owner: string, items: readonly T[], vectorOf: (item: T) => Float32Array): void {
    const rows = items.map((item) => this.vectors.add(vectorOf(item)));
    this.table.add(owner, rows, items);
  }

  removeShard(shard: number, shards: number): void {
    for (const { name } of this.table.ownersOfShard(shard, shards)) {
      this.replace(name, []);
    }
  }

  /** Notes where the vectors stand in a file that was written: owners and bytes in the file's order. */
  place(owners: readonly string[], offsets: Uint32Array): void {
    let before: string | undefined;
    let rows: readonly number[] = [];
    let next = 0;
    owners.forEach((owner, index) => {
      if (owner !== before) {
        before = owner;
        rows = this.table.owner(owner)?.rows ?? [];
        next = 0;
      }
      const row = rows[next];
      next += 1;
      if (row !== undefined) {
        this.table.offsets[row] = offsets[index] ?? 0;
      }
    });
  }

  clear(): void {
    this.table.clear();
    this.vectors.clear();
  }

  /** Rows that come first by their small vectors, in no order. `accepts` is asked once per owner. */
  nearest(query: Float32Array, count: number, accepts?: (owner: string) => boolean): Int32Array {
    if (accepts === undefined) {
      return this.vectors.nearest(query, count);
    }
    const wanted = this.table.judgeOwners(accepts);
    return this.vectors.nearest(query, count, (row) => wanted[this.table.ownerNumberOfRow(row)] === 1);
  }
}
