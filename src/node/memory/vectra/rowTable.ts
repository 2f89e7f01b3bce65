import { ownerHash, shardOf } from './ownerHash.ts';

/** What is known of a row besides its vector. */
export interface RowFacts {
  readonly hash: string;
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
}

export interface OwnerRows {
  readonly name: string;
  /** Place in the table of owners; used again when the owner is gone. */
  readonly number: number;
  /** See `ownerHash`; its low bits are the shard. */
  readonly hash: number;
  /** In the order of its items. */
  readonly rows: readonly number[];
}

const none = -1;

/** Owners, and columns of what is known of each row. Rows are chained by their hash, so that a hash finds a row. */
export class RowTable {
  private readonly byName = new Map<string, OwnerRows>();
  private readonly byNumber: (OwnerRows | undefined)[] = [];
  private readonly freeNumbers: number[] = [];
  /** First rows of the chains; a power of two of them. A map of texts takes several times the memory, and the time. */
  private buckets = new Int32Array(1024).fill(none);
  private readonly hashes: string[] = [];
  private ownerNumbers = new Int32Array(0);
  private ordinals = new Int32Array(0);
  private startLines = new Int32Array(0);
  private endLines = new Int32Array(0);
  private next = new Int32Array(0);
  private previous = new Int32Array(0);
  /** Byte of its shard's file at which a row's vector starts. */
  offsets = new Uint32Array(0);
  private rows = 0;

  get rowCount(): number {
    return this.rows;
  }

  get ownerCount(): number {
    return this.byName.size;
  }

  names(): Iterable<string> {
    return this.byName.keys();
  }

  owner(name: string): OwnerRows | undefined {
    return this.byName.get(name);
  }

  ownerOfRow(row: number): OwnerRows | undefined {
    return this.byNumber[this.ownerNumbers[row] ?? none];
  }

  /** `shards` is a power of two. */
  ownersOfShard(shard: number, shards: number): OwnerRows[] {
    return [...this.byName.values()].filter((owner) => shardOf(owner.hash, shards) === shard);
  }

  /** One answer per owner, by its number, for use with `ownerNumberOfRow`. */
  judgeOwners(accepts: (name: string) => boolean): Uint8Array {
    return Uint8Array.from(this.byNumber, (owner) => (owner !== undefined && accepts(owner.name) ? 1 : 0));
  }

  ownerNumberOfRow(row: number): number {
    return this.ownerNumbers[row] ?? none;
  }

  facts(row: number): RowFacts {
    return {
      hash: this.hashes[row] ?? '',
      ordinal: this.ordinals[row] ?? 0,
      startLine: this.startLines[row] ?? 0,
      endLine: this.endLines[row] ?? 0,
    };
  }

  rowOfHash(hash: string): number | undefined {
    let row = this.buckets[this.bucketOf(hash)] ?? none;
    while (row !== none && this.hashes[row] !== hash) {
      row = this.next[row] ?? none;
    }
    return row === none ? undefined : row;
  }

  /** The owner must not be there. */
  add(name: string, rows: readonly number[], facts: readonly RowFacts[]): void {
    const number = this.freeNumbers.pop() ?? this.byNumber.length;
    const owner = { name, number, hash: ownerHash(name), rows };
    this.byName.set(name, owner);
    this.byNumber[number] = owner;
    this.rows += rows.length;
    rows.forEach((row, index) => {
      const known = facts[index];
      if (known !== undefined) {
        this.setRow(row, number, known);
      }
    });
  }

  /** Answers the rows that are free now. */
  remove(name: string): readonly number[] {
    const owner = this.byName.get(name);
    if (owner === undefined) {
      return [];
    }
    this.byName.delete(name);
    this.byNumber[owner.number] = undefined;
    this.freeNumbers.push(owner.number);
    this.rows -= owner.rows.length;
    for (const row of owner.rows) {
      this.unlink(row);
    }
    return owner.rows;
  }

  clear(): void {
    this.byName.clear();
    this.byNumber.length = 0;
    this.freeNumbers.length = 0;
    this.buckets = new Int32Array(1024).fill(none);
    this.hashes.length = 0;
    this.ownerNumbers.fill(none);
    this.rows = 0;
  }

  private setRow(row: number, owner: number, facts: RowFacts): void {
    if (row >= this.ownerNumbers.length) {
      this.enlarge(row + 1);
    }
    this.ownerNumbers[row] = owner;
    this.hashes[row] = facts.hash;
    this.ordinals[row] = facts.ordinal;
    this.startLines[row] = facts.startLine;
    this.endLines[row] = facts.endLine;
    this.link(row);
  }

  private link(row: number): void {
    const bucket = this.bucketOf(this.hashes[row] ?? '');
    const first = this.buckets[bucket] ?? none;
    this.next[row] = first;
    this.previous[row] = none;
    if (first !== none) {
      this.previous[first] = row;
    }
    this.buckets[bucket] = row;
  }

  private bucketOf(hash: string): number {
    return ownerHash(hash) & (this.buckets.length - 1);
  }

  private unlink(row: number): void {
    const hash = this.hashes[row] ?? '';
    const next = this.next[row] ?? none;
    const previous = this.previous[row] ?? none;
    if (next !== none) {
      this.previous[next] = previous;
    }
    if (previous === none) {
      this.buckets[this.bucketOf(hash)] = next;
    } else {
      this.next[previous] = next;
    }
    this.hashes[row] = '';
    this.ownerNumbers[row] = none;
  }

  private rechain(rows: number): void {
    if (rows <= this.buckets.length) {
      return;
    }
    this.buckets = new Int32Array(2 ** Math.ceil(Math.log2(rows))).fill(none);
    this.hashes.forEach((_, row) => {
      if (this.ownerNumbers[row] !== none) {
        this.link(row);
      }
    });
  }

  private enlarge(least: number): void {
    const length = Math.max(least, Math.ceil(this.ownerNumbers.length * 1.5), 1024);
    const owners = new Int32Array(length).fill(none);
    owners.set(this.ownerNumbers);
    this.ownerNumbers = owners;
    this.ordinals = copied(this.ordinals, length);
    this.startLines = copied(this.startLines, length);
    this.endLines = copied(this.endLines, length);
    this.next = copied(this.next, length);
    this.previous = copied(this.previous, length);
    const offsets = new Uint32Array(length);
    offsets.set(this.offsets);
    this.offsets = offsets;
    this.rechain(length);
  }
}

function copied(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(length);
  copy.set(from);
  return copy;
}
