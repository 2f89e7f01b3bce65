import { link, mkdir, open, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { withExecutable } from '../../core/changes/permissions.ts';

export interface ReplaceOptions {
  /** Of the file that is written beside the target; no other file may have it. */
  readonly temporaryName: string;
  /** Permission bits of the file that is replaced; undefined for a new file, which gets the process's defaults. */
  readonly permissions?: number;
  readonly executable: boolean;
  /** Permission bits that the file is to have, whatever the others say. */
  readonly exact?: number;
  /** Asked once more when all is written and only the rename is left; false leaves everything as it was. */
  readonly stillAsPlanned: () => Promise<boolean>;
}

/**
 * Puts content at a path: written beside it, synced, and renamed over it, so that nobody ever sees half a file. A new file never
 * replaces one that appeared meanwhile. Answers false when `stillAsPlanned` did; throws on I/O errors, leaving nothing behind.
 */
export async function replaceFile(
  root: string,
  path: string,
  bytes: Uint8Array,
  options: ReplaceOptions,
): Promise<boolean> {
  const target = join(root, path);
  const directory = dirname(target);
  const made = await mkdir(directory, { recursive: true });
  const beside = join(directory, options.temporaryName);
  let done = false;
  let opened = false;
  try {
    const handle = await open(beside, 'wx', options.executable ? 0o777 : 0o666);
    opened = true;
    try {
      await handle.writeFile(bytes);
      if (options.exact !== undefined) {
        await handle.chmod(options.exact);
      } else if (options.permissions !== undefined) {
        await handle.chmod(withExecutable(options.permissions, options.executable));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!(await options.stillAsPlanned())) {
      return false;
    }
    if (options.permissions === undefined) {
      done = await linkNew(beside, target);
    } else {
      await rename(beside, target);
      done = true;
    }
    await syncDirectory(directory);
    return done;
  } finally {
    if (opened) {
      await rm(beside, { force: true });
    }
    if (!done && made !== undefined) {
      await removeEmptyParents(root, relative(root, target));
    }
  }
}

/** Removes a file, and the folders above it that it leaves empty, as Git does. */
export async function deleteFile(root: string, path: string): Promise<void> {
  const target = join(root, path);
  await unlink(target);
  await syncDirectory(dirname(target));
  await removeEmptyParents(root, path);
}

/** A link fails where a file appeared meanwhile; file systems without links get a rename. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) {
      return false;
    }
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EMLINK')) {
      throw error;
    }
    await rename(from, to);
    return true;
  }
}

async function removeEmptyParents(root: string, path: string): Promise<void> {
  const segments = path.split(/[/\\]/).slice(0, -1);
  for (let depth = segments.length; depth > 0; depth -= 1) {
    try {
      await rmdir(join(root, segments.slice(0, depth).join(sep)));
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) {
        return;
      }
    }
  }
}

async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
