import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { VectorIndexFailure } from '../../../core/memory/vectorIndex.ts';
import { replaceFile } from './durableFile.ts';
import { indexFailure } from './indexFailure.ts';
import { type Layout, nextFolder, writeLayout } from './layoutFile.ts';
import { LostShardError } from './lostShardError.ts';
import { ownerHash, shardOf } from './ownerHash.ts';
import { encodeShard, rawItem, type ShardItem } from './shardFormat.ts';
import { type ShardIo, type ShardOrder, VectorShard } from './vectorShard.ts';

export interface GrowShards {
  readonly directory: string;
  readonly io: ShardIo;
  readonly layout: Layout;
  readonly shards: readonly VectorShard[];
}

export interface GrownShards {
  readonly layout: Layout;
  readonly shards: readonly VectorShard[];
  readonly orders: readonly ShardOrder[];
}

/**
 * Splits each shard in two, in a new folder; the layout's one write is the moment at which it counts. The old folder stays, and
 * nothing changes when this fails. Nobody may write meanwhile; reading goes on.
 */
export async function growShards(options: GrowShards): Promise<Result<GrownShards, VectorIndexFailure>> {
  const { directory, io, layout, shards } = options;
  const next: Layout = {
    ...layout,
    shards: layout.shards * 2,
    folder: nextFolder(layout.folder),
    lost: layout.lost.flatMap((shard) => [shard, shard + layout.shards]),
  };
  const root = join(directory, next.folder);
  const grown: VectorShard[] = [];
  const orders: ShardOrder[] = [];
  try {
    await rm(root, { recursive: true, force: true });
    for (const old of shards) {
      const items = await old.readItems();
      if (old.lost) {
        throw new LostShardError(`${old.path} cannot be read`);
      }
      for (const shard of [old.place.shard, old.place.shard + layout.shards]) {
        const half = new VectorShard(root, { ...old.place, shard, shards: next.shards }, io);
        orders.push(await writeHalf(half, items, io));
        grown[shard] = half;
      }
    }
    await writeLayout(directory, next, io.disk);
    return ok({ layout: next, shards: grown, orders });
  } catch (error) {
    await rm(root, { recursive: true, force: true }).catch(() => undefined);
    return fail(indexFailure(error, 'enlarge', directory));
  }
}

async function writeHalf(half: VectorShard, items: readonly ShardItem[], io: ShardIo): Promise<ShardOrder> {
  const { shard, shards } = half.place;
  const own = items.filter(({ owner }) => shardOf(ownerHash(owner), shards) === shard);
  const { bytes, offsets } = encodeShard(half.place, 1, own.map(rawItem), io.writer);
  if (own.length > 0) {
    await replaceFile({ path: half.path, bytes, disk: io.disk });
    half.bytes = bytes.length;
    half.items = own.length;
  }
  return { owners: own.map(({ owner }) => owner), offsets };
}
