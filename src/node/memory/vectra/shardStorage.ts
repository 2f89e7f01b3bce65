import { readFile } from 'node:fs/promises';
import { type DurableDisk, replaceFile } from './durableFile.ts';
import { errorCode } from './indexFailure.ts';
import type { FileDetails, FileStorage } from './localIndex.ts';

export interface ShardStorageOptions {
  readonly disk: DurableDisk;
  /** What a shard holds that nobody wrote yet. */
  readonly empty: () => Buffer;
  /** True for a shard whose file is lost: it counts as empty until it is written. */
  readonly lost: () => boolean;
  /** Around the moment at which the file changes; see `ReplaceFile`. */
  readonly before: () => void;
  readonly after: (bytes: number) => void;
}

/**
 * One shard's file for the library. It reads and replaces that file and does nothing else; a shard that nobody wrote is there, and
 * empty, so that the first change costs one write and not two. The library keeps no error's code: `thrown` has the last.
 */
export class ShardStorage implements FileStorage {
  private readonly options: ShardStorageOptions;
  thrown: unknown;

  constructor(options: ShardStorageOptions) {
    this.options = options;
  }

  async pathExists(): Promise<boolean> {
    return true;
  }

  async readFile(path: string): Promise<Buffer> {
    if (this.options.lost()) {
      return this.options.empty();
    }
    try {
      return await readWhole(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        return this.options.empty();
      }
      this.thrown = error;
      throw error;
    }
  }

  async upsertFile(path: string, content: Buffer | string): Promise<void> {
    const { disk, before, after } = this.options;
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    try {
      await replaceFile({ path, bytes, disk, before, after: () => after(bytes.length) });
    } catch (error) {
      this.thrown = error;
      throw error;
    }
  }

  createFile(): Promise<void> {
    return notDone('createFile');
  }

  createFolder(): Promise<void> {
    return notDone('createFolder');
  }

  deleteFile(): Promise<void> {
    return notDone('deleteFile');
  }

  deleteFolder(): Promise<void> {
    return notDone('deleteFolder');
  }

  getDetails(): Promise<FileDetails> {
    return notDone('getDetails');
  }

  listFiles(): Promise<FileDetails[]> {
    return notDone('listFiles');
  }
}

/** A file in memory of its own, so that what stands at a multiple of four bytes in it can be read in place. */
export async function readWhole(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(Uint8Array.from(bytes).buffer);
}

function notDone(call: string): Promise<never> {
  return Promise.reject(new Error(`${call} is no part of a change to a shard.`));
}
