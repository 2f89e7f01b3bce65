import { LostShardError } from './lostShardError.ts';
import type { IndexCodec, IndexData, IndexItem } from './localIndex.ts';
import {
  decodeShard,
  encodeItem,
  encodeShard,
  type NewShardItem,
  type RawItem,
  rawItem,
  type ShardPlace,
} from './shardFormat.ts';
import type { WireWriter } from './wireWriter.ts';

/** The library's item: its vector is said to be a plain array, and every use of it is one that a typed array has too. */
export function toIndexItem(item: NewShardItem): IndexItem {
  const { id, owner, hash, ordinal, startLine, endLine, norm } = item;
  const vector = item.vector as unknown as number[];
  return { id, metadata: { owner, hash, ordinal, startLine, endLine }, vector, norm };
}

export function fromIndexItem(item: IndexItem): NewShardItem {
  const { owner, hash, ordinal, startLine, endLine } = item.metadata;
  return {
    id: item.id,
    owner: String(owner),
    hash: String(hash),
    ordinal: Number(ordinal),
    startLine: Number(startLine),
    endLine: Number(endLine),
    norm: item.norm,
    vector: Float32Array.from(item.vector),
  };
}

/**
 * Reads and writes one shard for the library. Items that a change left alone are copied as they stood in the file. Only the index
 * itself is ever written: there are no catalogs, and no metadata beside it.
 */
export class ShardCodec implements IndexCodec {
  readonly extension = '.pb';
  private readonly place: ShardPlace;
  private readonly writer: WireWriter;
  private readonly raw = new WeakMap<IndexItem, RawItem>();
  private generation = 0;
  /** Of what was serialized last: the items in their order, and the byte of each one's vector. */
  written: { readonly items: readonly IndexItem[]; readonly offsets: Uint32Array } | undefined;

  constructor(place: ShardPlace, writer: WireWriter) {
    this.place = place;
    this.writer = writer;
  }

  serializeIndex(data: IndexData): Buffer {
    const items = data.items.map((item) => {
      const known = this.raw.get(item) ?? encodeItem(fromIndexItem(item));
      this.raw.set(item, known);
      return known;
    });
    this.generation += 1;
    const { bytes, offsets } = encodeShard(this.place, this.generation, items, this.writer);
    this.written = { items: data.items, offsets };
    return bytes;
  }

  deserializeIndex(buffer: Buffer): IndexData {
    const decoded = decodeShard(buffer, this.place);
    if (!decoded.ok) {
      throw new LostShardError(decoded.error);
    }
    this.generation = decoded.value.generation;
    const items = decoded.value.items.map((item) => {
      const indexItem = toIndexItem(item);
      this.raw.set(indexItem, rawItem(item));
      return indexItem;
    });
    return { version: 1, metadata_config: {}, items };
  }

  serializeCatalog(): Buffer {
    throw new Error('A shard has no catalog.');
  }

  deserializeCatalog(): never {
    throw new Error('A shard has no catalog.');
  }

  serializeMetadata(): Buffer {
    throw new Error('A shard has no metadata beside it.');
  }

  deserializeMetadata(): never {
    throw new Error('A shard has no metadata beside it.');
  }
}
