import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableDisk } from './durableFile.ts';
import { errorCode } from './indexFailure.ts';
import { LocalIndex } from './localIndex.ts';
import { LostShardError } from './lostShardError.ts';
import { ShardCodec, toIndexItem } from './shardCodec.ts';
import type { Result } from '../../../base/result.ts';
import type { ReadSlab } from './readSlab.ts';
import type { PlacedItem } from './shardDirectory.ts';
import type { WireWriter } from './wireWriter.ts';
import {
  decodeDirectory,
  decodeShard,
  encodeShard,
  type NewShardItem,
  type ShardItem,
  type ShardPlace,
} from './shardFormat.ts';
import { readWhole, ShardStorage } from './shardStorage.ts';

/** What all shards of an index share. Changes come one at a time, so one writer's memory serves them all. */
export interface ShardIo {
  readonly disk: DurableDisk;
  readonly writer: WireWriter;
}

export interface ShardChange {
  readonly owner: string;
  readonly items: readonly NewShardItem[];
}

/** What a file holds after a change: the owner of each item and the byte of its vector, in the file's order. */
export interface ShardOrder {
  readonly owners: readonly string[];
  readonly offsets: Uint32Array;
}

/** Nothing is wrong with the file: this process, or the machine, has no more of what reading it takes. */
const exhausted = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'];

export const shardFileName = 'index.pb';

export function shardFolder(shard: number): string {
  return String(shard).padStart(4, '0');
}

/** One folder of the library's, with one file. Changes come one at a time; vectors may be read at any time. */
export class VectorShard {
  readonly place: ShardPlace;
  /** True while what is on disk cannot be used; the next change replaces it. */
  lost = false;
  bytes = 0;
  /** Items that the file holds. */
  items = 0;
  private readonly folder: string;
  private readonly io: ShardIo;
  private file: number | undefined;
  private loaded:
    | { readonly index: LocalIndex; readonly codec: ShardCodec; readonly storage: ShardStorage }
    | undefined;
  private onWritten: () => void = () => undefined;

  constructor(root: string, place: ShardPlace, io: ShardIo) {
    this.folder = join(root, shardFolder(place.shard));
    this.place = place;
    this.io = io;
  }

  get path(): string {
    return join(this.folder, shardFileName);
  }

  /** All items; sets `lost` where the file cannot be read or is not ours. */
  async readItems(): Promise<readonly ShardItem[]> {
    const bytes = await this.readFile(() => readWhole(this.path));
    return bytes === undefined ? [] : (this.judge(bytes, decodeShard(bytes, this.place))?.items ?? []);
  }

  /** Where everything stands, and the bytes it stands in, which are the slab's; sets `lost` as `readItems` does. */
  async readDirectory(slab: ReadSlab): Promise<{ readonly bytes: Buffer; readonly items: readonly PlacedItem[] }> {
    const bytes = await this.readFile(() => slab.read(this.path));
    const items = bytes === undefined ? undefined : this.judge(bytes, decodeDirectory(bytes, this.place));
    this.items = items?.length ?? 0;
    return bytes === undefined || items === undefined ? { bytes: Buffer.alloc(0), items: [] } : { bytes, items };
  }

  /**
   * One transaction of the library's. `written` is called in the moment in which the file changes. Throws `LostShardError` where the
   * file is not the one that this index wrote or read last, and what the disk throws; the file is as before then.
   */
  async change(changes: readonly ShardChange[], written: (order: ShardOrder) => void): Promise<void> {
    const { index, codec, storage } = (this.loaded ??= this.openIndex());
    this.onWritten = () => {
      const { items = [], offsets = new Uint32Array(0) } = codec.written ?? {};
      this.items = items.length;
      written({ owners: items.map((item) => String(item.metadata['owner'])), offsets });
    };
    try {
      await index.beginUpdate();
      const present = await index.listItems();
      if (present.length !== this.items) {
        throw new LostShardError('it was changed by somebody else');
      }
      const owners = new Set(changes.map(({ owner }) => owner));
      const old = present.filter((item) => owners.has(String(item.metadata['owner'])));
      await index.deleteItems(old.map(({ id }) => id));
      for (const item of changes.flatMap(({ items }) => items)) {
        await index.insertItem(toIndexItem(item));
      }
      await index.endUpdate();
    } catch (error) {
      this.rest();
      throw storage.thrown ?? error;
    }
  }

  /** Gives back the memory that changes need. */
  rest(): void {
    this.loaded = undefined;
  }

  /** Reads the vector at this byte; `lost` when the disk does not give it, `later` when it is this process that lacks a file handle. */
  readVector(offset: number, into: Float32Array): 'read' | 'lost' | 'later' {
    try {
      this.file ??= openSync(this.path, 'r');
      return readSync(this.file, into, 0, into.byteLength, offset) === into.byteLength ? 'read' : 'lost';
    } catch (error) {
      return exhausted.includes(errorCode(error) ?? '') ? 'later' : 'lost';
    }
  }

  /** Nothing of the file counts any more: it is lost, or gone on purpose. */
  forget(lost: boolean): void {
    this.close();
    this.lost = lost;
    this.bytes = 0;
    this.items = 0;
  }

  close(): void {
    this.rest();
    this.closeFile();
  }

  private async readFile(read: () => Promise<Buffer>): Promise<Buffer | undefined> {
    try {
      return await read();
    } catch (error) {
      const code = errorCode(error) ?? '';
      if (exhausted.includes(code)) {
        throw error;
      }
      this.lost = code !== 'ENOENT';
      return undefined;
    }
  }

  private judge<T>(bytes: Buffer, decoded: Result<T, string>): T | undefined {
    this.lost = !decoded.ok;
    this.bytes = decoded.ok ? bytes.length : 0;
    return decoded.ok ? decoded.value : undefined;
  }

  private closeFile(): void {
    if (this.file !== undefined) {
      closeSync(this.file);
      this.file = undefined;
    }
  }

  private openIndex(): { index: LocalIndex; codec: ShardCodec; storage: ShardStorage } {
    const codec = new ShardCodec(this.place, this.io.writer);
    const storage = new ShardStorage({
      disk: this.io.disk,
      empty: () => encodeShard(this.place, 0, []).bytes,
      lost: () => this.lost,
      // Some systems do not replace a file that is open.
      before: () => this.closeFile(),
      after: (bytes) => {
        this.bytes = bytes;
        this.lost = false;
        this.onWritten();
      },
    });
    return { index: new LocalIndex(this.folder, shardFileName, storage, codec), codec, storage };
  }
}
