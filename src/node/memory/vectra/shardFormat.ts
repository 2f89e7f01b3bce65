import { crc32 } from 'node:zlib';
import { errorText } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { type ItemFacts, type PlacedItem, readDirectory, writeDirectory } from './shardDirectory.ts';
import { WireError, WireReader } from './wireReader.ts';
import { WireWriter } from './wireWriter.ts';

/**
 * A shard's file is the library's own message of an index (version = 1, items = 3; an item: id = 1, metadata = 2, packed vector = 3,
 * norm = 4), so that the library opens it without us. What is ours stands in fields that it skips: `padding` in an item, which puts
 * each vector at a multiple of four bytes, the directory of all items, and the seal at the end of the file.
 */
const field = {
  version: 1,
  item: 3,
  id: 1,
  metadata: 2,
  vector: 3,
  norm: 4,
  metadataFile: 5,
  padding: 15,
  directory: 1001,
  seal: 1000,
};
const kind = { varint: 0, double: 1, bytes: 2 };
const entry = { key: 1, value: 2, string: 1, number: 2 };

/** Raised when what stands in our own fields changes. */
export const shardFormatVersion = 1;
/** Bytes of the seal's content: seven whole numbers of four bytes, little-endian, the checksum last. */
const sealBytes = 28;
/** Bytes of the seal's field before its content. */
const sealHead = 3;
const firstItemAt = 4;

/** Which shard of which index a file is. */
export interface ShardPlace {
  readonly shard: number;
  readonly shards: number;
  readonly dimensions: number;
}

export interface ShardItem extends ItemFacts {
  readonly id: string;
  readonly norm: number;
  readonly vector: Float32Array;
  /** Byte of the file at which the vector starts. */
  readonly offset: number;
  /** The whole item as it stands in the file; its length is a multiple of four. */
  readonly raw: Uint8Array;
}

export interface ShardContent {
  /** How often the shard was written. */
  readonly generation: number;
  readonly items: readonly ShardItem[];
}

export type NewShardItem = Omit<ShardItem, 'offset' | 'raw'>;

/** One item as it stands in a file, and the byte of it at which its vector starts, which is its last part. */
export interface RawItem {
  readonly facts: ItemFacts;
  readonly raw: Uint8Array;
  readonly vectorAt: number;
}

export function encodeItem(item: NewShardItem): RawItem {
  const vectorBytes = item.vector.byteLength;
  const writer = new WireWriter(vectorBytes + 256 + 2 * (item.id.length + item.owner.length + item.hash.length));
  writer.varint(tag(field.item, kind.bytes));
  const start = writer.openLength();
  writer.varint(tag(field.id, kind.bytes));
  writer.text(item.id);
  stringEntry(writer, 'owner', item.owner);
  stringEntry(writer, 'hash', item.hash);
  numberEntry(writer, 'ordinal', item.ordinal);
  numberEntry(writer, 'startLine', item.startLine);
  numberEntry(writer, 'endLine', item.endLine);
  writer.varint(tag(field.norm, kind.double));
  writer.double(item.norm);
  pad(writer, 1 + varintBytes(vectorBytes));
  writer.varint(tag(field.vector, kind.bytes));
  writer.varint(vectorBytes);
  const vectorAt = writer.position;
  writer.raw(new Uint8Array(item.vector.buffer, item.vector.byteOffset, vectorBytes));
  writer.closeLength(start);
  const { owner, hash, ordinal, startLine, endLine } = item;
  return { facts: { owner, hash, ordinal, startLine, endLine }, raw: writer.finish(), vectorAt };
}

/** An item of a file as it goes into the next one. */
export function rawItem(item: ShardItem): RawItem {
  const { owner, hash, ordinal, startLine, endLine, raw, vector } = item;
  const facts = { owner, hash, ordinal, startLine, endLine };
  return { facts, raw, vectorAt: vector.byteOffset - raw.byteOffset };
}

/** Puts items one behind the other, with the seal at the end; `offsets` are bytes of the vectors, in the items' order. The bytes are the writer's own. */
export function encodeShard(
  place: ShardPlace,
  generation: number,
  items: readonly RawItem[],
  writer = new WireWriter(items.reduce((sum, { raw }) => sum + raw.length + 128, 256)),
): { readonly bytes: Buffer; readonly offsets: Uint32Array } {
  const offsets = new Uint32Array(items.length);
  writer.restart();
  writer.varint(tag(field.version, kind.varint));
  writer.varint(1);
  // A number in two bytes more than it needs: the items begin at a multiple of four.
  writer.raw(Uint8Array.of(tag(field.padding, kind.varint), 0));
  items.forEach(({ raw, vectorAt }, index) => {
    offsets[index] = writer.position + vectorAt;
    writer.raw(raw);
  });
  writer.varint(tag(field.directory, kind.bytes));
  const directory = writer.openLength();
  writer.plain(writeDirectory(items.map(({ facts, raw }) => ({ facts, bytes: raw.length }))));
  writer.closeLength(directory);
  const directoryBytes = writer.position - directory;
  writer.varint(tag(field.seal, kind.bytes));
  writer.varint(sealBytes);
  for (const part of [shardFormatVersion, place.shard, place.shards, place.dimensions, generation, directoryBytes]) {
    writer.fixed32(part);
  }
  const sealed = crc32(writer.finish());
  writer.fixed32(sealed);
  return { bytes: writer.finish(), offsets };
}

export interface Seal {
  /** How often the shard was written. */
  readonly generation: number;
  /** Where the directory stands. */
  readonly directory: { readonly start: number; readonly end: number };
}

/** Looks whether these bytes are a shard that this version wrote for this place; if not, the reason in a few words. */
export function checkSeal(bytes: Buffer, place: ShardPlace): Result<Seal, string> {
  const sealAt = bytes.length - sealBytes;
  if (sealAt < firstItemAt + sealHead) {
    return fail('it is cut off');
  }
  if (crc32(bytes.subarray(0, bytes.length - 4)) !== bytes.readUInt32LE(bytes.length - 4)) {
    return fail('its checksum is wrong');
  }
  const [version, shard, shards, dimensions, generation = 0, directoryBytes = 0] = [0, 4, 8, 12, 16, 20].map((at) =>
    bytes.readUInt32LE(sealAt + at),
  );
  if (version !== shardFormatVersion) {
    return fail(`it has the format ${version}`);
  }
  if (shard !== place.shard || shards !== place.shards || dimensions !== place.dimensions) {
    return fail('it belongs to another index');
  }
  const end = sealAt - sealHead;
  return ok({ generation, directory: { start: end - directoryBytes, end } });
}

/** Reads all of a shard that this version wrote for this place; anything else is refused with the reason in a few words. */
export function decodeShard(bytes: Buffer, place: ShardPlace): Result<ShardContent, string> {
  const seal = checkSeal(bytes, place);
  if (!seal.ok) {
    return seal;
  }
  return orReason(() => ({ generation: seal.value.generation, items: readItems(bytes, place.dimensions) }));
}

/** Reads what opening an index needs of a shard, without its items. */
export function decodeDirectory(bytes: Buffer, place: ShardPlace): Result<readonly PlacedItem[], string> {
  const seal = checkSeal(bytes, place);
  if (!seal.ok) {
    return seal;
  }
  const { start, end } = seal.value.directory;
  return orReason(() => readDirectory(bytes.toString('utf8', start, end), firstItemAt, place.dimensions * 4));
}

function orReason<T>(read: () => T): Result<T, string> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof WireError || error instanceof RangeError || error instanceof SyntaxError) {
      return fail(errorText(error));
    }
    throw error;
  }
}

function readItems(bytes: Buffer, dimensions: number): ShardItem[] {
  const items: ShardItem[] = [];
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const start = reader.position;
    const next = reader.varint();
    if (next !== tag(field.item, kind.bytes)) {
      reader.skip(next);
      continue;
    }
    const end = reader.span();
    items.push(readItem(bytes, { start, end }, reader.position, dimensions, items.at(-1)));
    reader.position = end;
  }
  return items;
}

function readItem(
  bytes: Buffer,
  whole: { readonly start: number; readonly end: number },
  bodyAt: number,
  dimensions: number,
  before: ShardItem | undefined,
): ShardItem {
  const reader = new WireReader(bytes, bodyAt, whole.end);
  const metadata = { owner: '', hash: '', ordinal: 0, startLine: 0, endLine: 0 };
  let id = '';
  let norm = 0;
  let offset = 0;
  while (!reader.done) {
    const next = reader.varint();
    if (next === tag(field.id, kind.bytes)) {
      id = reader.text();
    } else if (next === tag(field.metadata, kind.bytes)) {
      readEntry(reader, metadata);
    } else if (next === tag(field.vector, kind.bytes)) {
      const end = reader.span();
      offset = reader.position;
      if (end - offset !== dimensions * 4 || (bytes.byteOffset + offset) % 4 !== 0) {
        throw new WireError('A vector has another length or place than was agreed.');
      }
      reader.position = end;
    } else if (next === tag(field.norm, kind.double)) {
      norm = reader.double();
    } else {
      reader.skip(next);
    }
  }
  // Items of one owner stand side by side; one text for all of them takes less memory.
  const owner = before?.owner === metadata.owner ? before.owner : metadata.owner;
  const vector = new Float32Array(bytes.buffer, bytes.byteOffset + offset, dimensions);
  return { ...metadata, owner, id, norm, offset, vector, raw: bytes.subarray(whole.start, whole.end) };
}

function readEntry(
  reader: WireReader,
  metadata: { owner: string; hash: string; ordinal: number; startLine: number; endLine: number },
): void {
  const end = reader.span();
  let key = '';
  while (reader.position < end) {
    const next = reader.varint();
    if (next === tag(entry.key, kind.bytes)) {
      key = reader.text();
    } else if (next === tag(entry.value, kind.bytes)) {
      readValue(reader, key, metadata);
    } else {
      reader.skip(next);
    }
  }
}

function readValue(
  reader: WireReader,
  key: string,
  metadata: { owner: string; hash: string; ordinal: number; startLine: number; endLine: number },
): void {
  const end = reader.span();
  while (reader.position < end) {
    const next = reader.varint();
    if (next === tag(entry.string, kind.bytes) && (key === 'owner' || key === 'hash')) {
      metadata[key] = reader.text();
    } else if (
      next === tag(entry.number, kind.double) &&
      (key === 'ordinal' || key === 'startLine' || key === 'endLine')
    ) {
      metadata[key] = reader.double();
    } else {
      reader.skip(next);
    }
  }
}

function stringEntry(writer: WireWriter, key: string, value: string): void {
  writer.varint(tag(field.metadata, kind.bytes));
  const start = writer.openLength();
  writer.varint(tag(entry.key, kind.bytes));
  writer.text(key);
  writer.varint(tag(entry.value, kind.bytes));
  const valueStart = writer.openLength();
  writer.varint(tag(entry.string, kind.bytes));
  writer.text(value);
  writer.closeLength(valueStart);
  writer.closeLength(start);
}

function numberEntry(writer: WireWriter, key: string, value: number): void {
  writer.varint(tag(field.metadata, kind.bytes));
  const start = writer.openLength();
  writer.varint(tag(entry.key, kind.bytes));
  writer.text(key);
  writer.varint(tag(entry.value, kind.bytes));
  writer.varint(9);
  writer.varint(tag(entry.number, kind.double));
  writer.double(value);
  writer.closeLength(start);
}

/** Fills up to where `following` bytes more end at a multiple of four; a filler takes two bytes at least. */
function pad(writer: WireWriter, following: number): void {
  const missing = 4 - ((writer.position + following + 2) % 4);
  writer.varint(tag(field.padding, kind.bytes));
  writer.varint(missing % 4);
  writer.raw(new Uint8Array(missing % 4));
}

function tag(number: number, wireKind: number): number {
  return number * 8 + wireKind;
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : 4;
}
