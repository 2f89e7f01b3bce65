import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Serializer } from '../../../base/async.ts';
import { Emitter } from '../../../base/event.ts';
import { failure } from '../../../base/failure.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type {
  VectorHit,
  VectorIndex,
  VectorIndexFailure,
  VectorIndexStatus,
  VectorItem,
} from '../../../core/memory/vectorIndex.ts';
import { syncFolder } from '../../repository/syncFolder.ts';
import { checkItems, isUsableNorm, normOf } from './checkItems.ts';
import { growShards } from './growShards.ts';
import { indexFailure } from './indexFailure.ts';
import { type Layout, mostShards, writeLayout } from './layoutFile.ts';
import { LostShardError } from './lostShardError.ts';
import { ownerHash, shardOf } from './ownerHash.ts';
import type { ResidentIndex } from './residentIndex.ts';
import type { ShardChange, ShardIo, ShardOrder, VectorShard } from './vectorShard.ts';

/** Shards that stay ready for the next change, with their items in memory. */
const readyShards = 8;
/** Rows that are scored exactly, of which the wanted count is taken. */
const leastCandidates = 64;
const candidatesPerHit = 4;

export interface VectraIndexParts {
  readonly directory: string;
  readonly io: ShardIo;
  readonly layout: Layout;
  readonly shards: readonly VectorShard[];
  readonly resident: ResidentIndex;
  readonly lock: Disposable;
  /** More items a shard than this on average, and there are twice as many shards. */
  readonly meanShardItems: number;
}

/** Owns the lock, the files and the memory from its making to `close`. */
export class VectraIndex implements VectorIndex {
  readonly dimensions: number;
  private readonly loss = new Emitter<void>();
  readonly onDidLose = this.loss.event;
  private readonly directory: string;
  private readonly io: ShardIo;
  private readonly resident: ResidentIndex;
  private readonly lock: Disposable;
  private readonly changes = new Serializer();
  private readonly lost: Set<number>;
  private readonly scratch: Float32Array<ArrayBuffer>;
  private layout: Layout;
  private shards: readonly VectorShard[];
  private ready: VectorShard[] = [];
  private readonly meanShardItems: number;
  private growAbove: number;
  private closed = false;

  constructor({ directory, io, layout, shards, resident, lock, meanShardItems }: VectraIndexParts) {
    this.directory = directory;
    this.io = io;
    this.layout = layout;
    this.shards = shards;
    this.resident = resident;
    this.lock = lock;
    this.dimensions = layout.dimensions;
    this.scratch = new Float32Array(layout.dimensions);
    this.meanShardItems = meanShardItems;
    this.growAbove = layout.shards * meanShardItems;
    this.lost = new Set([...layout.lost, ...shards.filter(({ lost }) => lost).map(({ place }) => place.shard)]);
  }

  replace(owner: string, items: readonly VectorItem[]): Promise<Result<void, VectorIndexFailure>> {
    return this.replaceAll([{ owner, items }]);
  }

  replaceAll(
    changes: readonly { readonly owner: string; readonly items: readonly VectorItem[] }[],
  ): Promise<Result<void, VectorIndexFailure>> {
    // The last one counts where an owner is named twice.
    const byOwner = new Map<string, ShardChange>();
    for (const { owner, items } of changes) {
      const checked = checkItems(owner, items, this.dimensions);
      if (!checked.ok) {
        return Promise.resolve(checked);
      }
      byOwner.set(owner, { owner, items: checked.value });
    }
    return this.changes.run(() => this.write([...byOwner.values()]));
  }

  async search(
    vector: Float32Array,
    count: number,
    accepts?: (owner: string) => boolean,
  ): Promise<readonly VectorHit[]> {
    const norm = normOf(vector);
    if (vector.length !== this.dimensions || !isUsableNorm(norm) || !(count >= 1) || this.closed) {
      return [];
    }
    const candidates = Math.max(leastCandidates, Math.ceil(count) * candidatesPerHit);
    const hits: VectorHit[] = [];
    for (const row of this.resident.nearest(vector, candidates, accepts)) {
      const owner = this.resident.table.ownerOfRow(row);
      if (owner !== undefined && this.readRow(row, this.scratch)) {
        const score = dot(vector, this.scratch) / (norm * normOf(this.scratch));
        hits.push({ owner: owner.name, ...this.resident.table.facts(row), score });
      }
    }
    return hits.sort(byScore).slice(0, count);
  }

  hashesOf(owner: string): readonly string[] {
    const { table } = this.resident;
    return (table.owner(owner)?.rows ?? []).map((row) => table.facts(row).hash);
  }

  owners(): Iterable<string> {
    return this.resident.table.names();
  }

  async vectorOf(hash: string): Promise<Float32Array | undefined> {
    const vector = new Float32Array(this.dimensions);
    for (;;) {
      const row = this.closed ? undefined : this.resident.table.rowOfHash(hash);
      if (row === undefined) {
        return undefined;
      }
      if (this.readRow(row, vector)) {
        return vector;
      }
      // Its shard was lost just now, and all its rows with it; another owner may have the same chunk.
    }
  }

  status(): VectorIndexStatus {
    const { rowCount, ownerCount } = this.resident.table;
    return {
      items: rowCount,
      owners: ownerCount,
      bytes: this.shards.reduce((sum, { bytes }) => sum + bytes, 0),
      lostShards: [...this.lost].sort((a, b) => a - b),
    };
  }

  forgetLost(): Promise<Result<void, VectorIndexFailure>> {
    return this.changes.run(async () => {
      if (this.closed) {
        return fail(closedFailure(this.directory));
      }
      // One that is still unreadable would be named again by whoever opens the index next.
      const unreadable = this.shards.filter(({ lost }) => lost).map(({ place }) => place.shard);
      return this.noteLost(new Set(unreadable));
    });
  }

  clear(): Promise<Result<void, VectorIndexFailure>> {
    return this.changes.run(() => this.removeAll());
  }

  close(): Promise<void> {
    return this.changes.run(async () => {
      if (!this.closed) {
        this.closed = true;
        this.shards.forEach((shard) => shard.close());
        this.resident.clear();
        this.lock.dispose();
      }
    });
  }

  private async write(changes: readonly ShardChange[]): Promise<Result<void, VectorIndexFailure>> {
    if (this.closed) {
      return fail(closedFailure(this.directory));
    }
    const byShard = new Map<number, ShardChange[]>();
    for (const change of changes) {
      // Taking away what is not there writes nothing.
      if (change.items.length > 0 || this.resident.table.owner(change.owner) !== undefined) {
        const shard = shardOf(ownerHash(change.owner), this.shards.length);
        byShard.set(shard, [...(byShard.get(shard) ?? []), change]);
      }
    }
    for (const [shard, own] of byShard) {
      const written = await this.writeShard(shard, own);
      if (!written.ok) {
        return written;
      }
    }
    await this.grow();
    return ok(undefined);
  }

  private async writeShard(number: number, changes: readonly ShardChange[]): Promise<Result<void, VectorIndexFailure>> {
    const shard = this.shards[number];
    if (shard === undefined) {
      return fail(failure('failed', `The index in ${this.directory} has no shard ${number}.`));
    }
    this.makeReady(shard);
    try {
      if (shard.lost) {
        await this.keepLost(shard);
      }
      await shard.change(changes, (order: ShardOrder) => {
        for (const { owner, items } of changes) {
          this.resident.replace(owner, items);
        }
        this.resident.place(order.owners, order.offsets);
      });
      return ok(undefined);
    } catch (error) {
      if (!(error instanceof LostShardError)) {
        return fail(indexFailure(error, 'write', shard.path));
      }
    }
    // It was readable when it was opened and is not now. What it held is gone either way; what is new is not.
    this.loseShard(shard);
    return this.writeShard(number, changes);
  }

  private makeReady(shard: VectorShard): void {
    this.ready = [shard, ...this.ready.filter((other) => other !== shard)];
    this.ready.splice(readyShards).forEach((rested) => rested.rest());
  }

  private readRow(row: number, into: Float32Array): boolean {
    const { table } = this.resident;
    const shard = this.shards[shardOf(table.ownerOfRow(row)?.hash ?? 0, this.shards.length)];
    const read = shard?.readVector(table.offsets[row] ?? 0, into);
    if (shard !== undefined && read === 'lost') {
      this.loseShard(shard);
    }
    return read === 'read';
  }

  private loseShard(shard: VectorShard): void {
    shard.forget(true);
    this.lost.add(shard.place.shard);
    this.resident.removeShard(shard.place.shard, this.shards.length);
    this.loss.fire();
  }

  /** Before a lost shard becomes readable again: the next who opens the index must still hear of it. */
  private async keepLost(shard: VectorShard): Promise<void> {
    if (!this.layout.lost.includes(shard.place.shard)) {
      await this.keepLayout({ ...this.layout, lost: [...this.lost] });
    }
    // A folder in its place could not be replaced.
    await rm(shard.path, { recursive: true, force: true });
  }

  private async noteLost(lost: ReadonlySet<number>): Promise<Result<void, VectorIndexFailure>> {
    try {
      if (this.layout.lost.length > 0) {
        await this.keepLayout({ ...this.layout, lost: [] });
      }
      this.lost.clear();
      lost.forEach((shard) => this.lost.add(shard));
      return ok(undefined);
    } catch (error) {
      return fail(indexFailure(error, 'write', this.directory));
    }
  }

  private async keepLayout(layout: Layout): Promise<void> {
    await writeLayout(this.directory, layout, this.io.disk);
    this.layout = layout;
  }

  /** A failure costs speed alone; it is tried again when the index is a quarter larger. */
  private async grow(): Promise<void> {
    const { rowCount } = this.resident.table;
    if (rowCount <= this.growAbove || this.shards.length >= mostShards || this.shards.some(({ lost }) => lost)) {
      return;
    }
    const grown = await growShards({
      directory: this.directory,
      io: this.io,
      layout: { ...this.layout, lost: [...this.lost] },
      shards: this.shards,
    });
    if (!grown.ok) {
      this.growAbove = rowCount * 1.25;
      this.shards.filter(({ lost }) => lost).forEach((shard) => this.loseShard(shard));
      return;
    }
    const old = { shards: this.shards, folder: this.layout.folder };
    ({ layout: this.layout, shards: this.shards } = grown.value);
    grown.value.orders.forEach(({ owners, offsets }) => this.resident.place(owners, offsets));
    this.lost.clear();
    this.layout.lost.forEach((shard) => this.lost.add(shard));
    this.ready = [];
    this.growAbove = this.layout.shards * this.meanShardItems;
    old.shards.forEach((shard) => shard.close());
    // What cannot be removed now is swept when the index is opened next.
    await rm(join(this.directory, old.folder), { recursive: true, force: true }).catch(() => undefined);
  }

  /** Needs no room on the disk. Renamed first, so that after a kill all is there or nothing. */
  private async removeAll(): Promise<Result<void, VectorIndexFailure>> {
    if (this.closed) {
      return fail(closedFailure(this.directory));
    }
    const folder = join(this.directory, this.layout.folder);
    const gone = `${folder}.tmp`;
    try {
      this.shards.forEach((shard) => shard.close());
      await rm(gone, { recursive: true, force: true });
      await rename(folder, gone).catch(unlessMissing);
      this.resident.clear();
      this.shards.forEach((shard) => shard.forget(false));
      await syncFolder(this.directory);
      await rm(gone, { recursive: true, force: true });
    } catch (error) {
      return fail(indexFailure(error, 'remove', folder));
    }
    return this.noteLost(new Set());
  }
}

function closedFailure(directory: string): VectorIndexFailure {
  return failure('failed', `The index in ${directory} is closed; open it again.`);
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
    throw error;
  }
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) {
    sum += (one[index] ?? 0) * (other[index] ?? 0);
  }
  return sum;
}

/** Equal scores in an order that is the same each time. */
function byScore(one: VectorHit, other: VectorHit): number {
  return (
    other.score - one.score ||
    (one.owner < other.owner ? -1 : one.owner > other.owner ? 1 : one.ordinal - other.ordinal)
  );
}
