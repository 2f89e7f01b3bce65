import { appendFileSync, closeSync, ftruncateSync, mkdirSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { VectorJournal } from '../../../core/memory/embedding/vectorJournal.ts';
import { writeWhole } from '../../repository/writeWhole.ts';

/** Bytes before the hash of a record: its checksum, the length of the hash, the count of numbers. */
const headBytes = 12;

/** Bytes. A hash or a vector that is longer is none of ours. */
const longestHash = 1_024;
const mostNumbers = 65_536;

/**
 * One file of records, each with a checksum: of what a kill or a full disk left half written the whole records count. A journal that
 * cannot be written costs what it is there for, and nothing else: vectors are made again after a kill.
 */
export class VectorJournalFile implements VectorJournal {
  private readonly path: string;
  private file: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async read(): Promise<ReadonlyMap<string, Float32Array>> {
    const bytes = await readFile(this.path).catch(() => Buffer.alloc(0));
    const { vectors, end } = decode(bytes);
    if (end < bytes.length) {
      await this.replace(vectors);
    }
    return vectors;
  }

  async append(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    try {
      this.file ??= this.openFile();
      // Some kilobytes into the page cache. Any await before would be a time in which a kill costs these vectors.
      appendFileSync(this.file, encode(vectors));
    } catch {
      await this.close();
    }
  }

  async replace(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    try {
      if (vectors.size === 0) {
        if (this.file === undefined) {
          await rm(this.path, { force: true });
        } else {
          ftruncateSync(this.file);
        }
        return;
      }
      await this.close();
      await writeWhole(this.path, encode(vectors));
    } catch {
      await this.close();
    }
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    if (file !== undefined) {
      closeSync(file);
    }
  }

  private openFile(): number {
    mkdirSync(dirname(this.path), { recursive: true });
    return openSync(this.path, 'a');
  }
}

function encode(vectors: ReadonlyMap<string, Float32Array>): Buffer {
  const records = [...vectors].map(([hash, vector]) => {
    const name = Buffer.from(hash);
    const record = Buffer.alloc(headBytes + name.length + vector.length * 4);
    record.writeUInt32LE(name.length, 4);
    record.writeUInt32LE(vector.length, 8);
    name.copy(record, headBytes);
    vector.forEach((value, at) => record.writeFloatLE(value, headBytes + name.length + at * 4));
    record.writeUInt32LE(crc32(record.subarray(4)), 0);
    return record;
  });
  return Buffer.concat(records);
}

/** All whole records from the start, and where the first that is not whole begins. */
function decode(bytes: Buffer): { readonly vectors: ReadonlyMap<string, Float32Array>; readonly end: number } {
  const vectors = new Map<string, Float32Array>();
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const nameLength = bytes.readUInt32LE(at + 4);
    const count = bytes.readUInt32LE(at + 8);
    const end = at + headBytes + nameLength + count * 4;
    const isWhole =
      nameLength <= longestHash &&
      count <= mostNumbers &&
      end <= bytes.length &&
      crc32(bytes.subarray(at + 4, end)) === bytes.readUInt32LE(at);
    if (!isWhole) {
      break;
    }
    const start = at + headBytes + nameLength;
    const vector = Float32Array.from({ length: count }, (_, number) => bytes.readFloatLE(start + number * 4));
    vectors.set(bytes.toString('utf8', at + headBytes, start), vector);
    at = end;
  }
  return { vectors, end: at };
}
