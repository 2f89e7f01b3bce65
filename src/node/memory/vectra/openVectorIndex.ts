import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { VectorIndex, VectorIndexFailure } from '../../../core/memory/vectorIndex.ts';
import { type DurableDisk, realDisk, temporaryEnding } from './durableFile.ts';
import { indexFailure } from './indexFailure.ts';
import { type Layout, nextFolder, readLayout, writeLayout } from './layoutFile.ts';
import { ReadSlab } from './readSlab.ts';
import { ResidentIndex } from './residentIndex.ts';
import { createScanMemory, type ScanMemory } from './scanMemory.ts';
import type { PlacedItem } from './shardDirectory.ts';
import { type ShardIo, VectorShard } from './vectorShard.ts';
import { VectraIndex } from './vectraIndex.ts';
import { WireWriter } from './wireWriter.ts';
import { takeWriterLock } from './writerLock.ts';

/** Each is a file only once something is in it. */
const firstShards = 16;
/** A change writes its whole shard: with this many items of 384 dimensions on average that is less than a megabyte. */
const meanShardItems = 500;

export interface VectorIndexOptions {
  /** Of this index alone; made when it is not there. Absolute. */
  readonly directory: string;
  /** Names the embedder. An index that was filled by another one, or with other dimensions, is emptied. */
  readonly identity: string;
  readonly dimensions: number;
  /** See `VectraIndexParts`. */
  readonly meanShardItems?: number;
  readonly disk?: DurableDisk;
  readonly memory?: ScanMemory;
}

/**
 * Opens the index for reading and writing, as the only one that does. A shard that cannot be read is empty and named in the
 * status; everything else is there.
 */
export async function openVectorIndex(options: VectorIndexOptions): Promise<Result<VectorIndex, VectorIndexFailure>> {
  const { directory, disk = realDisk } = options;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    return fail(indexFailure(error, 'make', directory));
  }
  const lock = takeWriterLock(directory);
  if (!lock.ok) {
    return lock;
  }
  try {
    const layout = await prepareLayout(options, disk);
    await sweep(directory, layout);
    const resident = new ResidentIndex(options.memory ?? createScanMemory(), layout.dimensions);
    const io = { disk, writer: new WireWriter(0) };
    const shards = await loadShards(directory, layout, resident, io);
    const parts = { directory, io, layout, shards, resident, lock: lock.value };
    return ok(new VectraIndex({ ...parts, meanShardItems: options.meanShardItems ?? meanShardItems }));
  } catch (error) {
    lock.value.dispose();
    return fail(indexFailure(error, 'open', directory));
  }
}

async function prepareLayout(
  { directory, identity, dimensions }: VectorIndexOptions,
  disk: DurableDisk,
): Promise<Layout> {
  const present = await readLayout(directory);
  if (present !== undefined && present !== 'unreadable') {
    if (present.identity === identity && present.dimensions === dimensions) {
      return present;
    }
  }
  const shards = firstShards;
  // Which shards there were is not known any more; all that there are now were lost.
  const lost = present === 'unreadable' ? Array.from({ length: shards }, (_, shard) => shard) : [];
  const taken = await newestFolder(directory);
  const layout: Layout = { version: 1, identity, dimensions, shards, folder: nextFolder(taken), lost };
  await writeLayout(directory, layout, disk);
  return layout;
}

async function newestFolder(directory: string): Promise<string | undefined> {
  const numbers = (await readdir(directory)).flatMap((name) => /^shards-(\d{1,9})$/.exec(name)?.[1] ?? []).map(Number);
  return numbers.length === 0 ? undefined : `shards-${Math.max(...numbers)}`;
}

/** Removes what a killed writer left: files that were only being written, and folders that do not count. */
async function sweep(directory: string, layout: Layout): Promise<void> {
  const stale = (await readdir(directory)).filter(
    (name) => name.endsWith(temporaryEnding) || (name.startsWith('shards-') && name !== layout.folder),
  );
  const root = join(directory, layout.folder);
  const inside = (await readdir(root, { recursive: true }).catch(() => [])).filter((name) =>
    name.endsWith(temporaryEnding),
  );
  for (const path of [...stale.map((name) => join(directory, name)), ...inside.map((name) => join(root, name))]) {
    await rm(path, { recursive: true, force: true });
  }
}

/** One file is read while the one before is taken in. */
async function loadShards(
  directory: string,
  layout: Layout,
  resident: ResidentIndex,
  io: ShardIo,
): Promise<readonly VectorShard[]> {
  const { shards: count, dimensions, folder } = layout;
  const shards = Array.from(
    { length: count },
    (_, shard) => new VectorShard(join(directory, folder), { shard, shards: count, dimensions }, io),
  );
  const slabs = [new ReadSlab(), new ReadSlab()] as const;
  const begin = (index: number): ReturnType<VectorShard['readDirectory']> | undefined => {
    const reading = shards[index]?.readDirectory(slabs[index % 2 === 0 ? 0 : 1]);
    reading?.catch(() => undefined);
    return reading;
  };
  let coming = begin(0);
  for (const index of shards.keys()) {
    const read = await coming;
    coming = begin(index + 1);
    if (read !== undefined) {
      fill(resident, read.items, read.bytes, dimensions);
    }
  }
  return shards;
}

function fill(resident: ResidentIndex, items: readonly PlacedItem[], bytes: Buffer, dimensions: number): void {
  for (let start = 0; start < items.length;) {
    const owner = items[start]?.owner ?? '';
    let end = start + 1;
    while (items[end]?.owner === owner) {
      end += 1;
    }
    resident.add(
      owner,
      items.slice(start, end),
      ({ offset }) => new Float32Array(bytes.buffer, bytes.byteOffset + offset, dimensions),
    );
    start = end;
  }
  resident.place(
    items.map(({ owner }) => owner),
    Uint32Array.from(items, ({ offset }) => offset),
  );
}
