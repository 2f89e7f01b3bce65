import { renameSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../repository/syncFolder.ts';

/** The ending of files that are only being written; whoever opens the folder next removes them. */
export const temporaryEnding = '.tmp';

/** The steps at which a disk can refuse a write; tests put a disk here that does. */
export interface DurableDisk {
  write(handle: FileHandle, bytes: Uint8Array): Promise<void>;
  rename(from: string, to: string): void;
}

export const realDisk: DurableDisk = {
  async write(handle, bytes) {
    await handle.writeFile(bytes);
    await handle.datasync();
  },
  rename: renameSync,
};

export interface ReplaceFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly disk: DurableDisk;
  /** Called just before the file changes its content, in one go with `after`: nobody else runs between the two. */
  readonly before?: () => void;
  readonly after?: () => void;
}

/**
 * Replaces a file in one step, durably: after a kill or a power cut it is the old one or the new one. One writer a path. Throws
 * what the file system throws; the file is as it was then, unless it was the sync of the folder that failed.
 */
export async function replaceFile({ path, bytes, disk, before, after }: ReplaceFile): Promise<void> {
  const temporary = `${path}${temporaryEnding}`;
  const folder = dirname(path);
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await disk.write(handle, bytes);
    } finally {
      await handle.close();
    }
    before?.();
    disk.rename(temporary, path);
    after?.();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
  // A folder that was made is a name in the one above, and so on up to one that was there.
  for (let path = folder; made !== undefined && path.length >= made.length; path = dirname(path)) {
    await syncFolder(dirname(path));
  }
}
