import { constants, type Stats } from 'node:fs';
import { access, lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { showPath } from '../../core/policy/pathPolicy.ts';
import { refusedByName } from '../../core/policy/refusedPaths.ts';
import type { FileOnDisk } from '../../core/changes/planFile.ts';
import type { ApplyConflict } from '../../core/repository/repository.ts';

export type FileAccess =
  | { readonly kind: 'file'; readonly file: FileOnDisk | null; readonly permissions: number }
  | { readonly kind: 'conflict'; readonly conflict: ApplyConflict };

/** A merge of more would not be reviewed by anybody. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Reads the file at a path of the working tree, or finds that there is none. No link is followed, neither at the path nor above
 * it; a path that is not safe to write is a conflict.
 */
export async function accessFile(root: string, path: string, known: boolean): Promise<FileAccess> {
  const refused = refusedByName(path, known);
  if (refused !== undefined) {
    return unsafe(path, refused.message);
  }
  const above = await checkParents(root, path);
  return above ?? readTarget(join(root, path), path);
}

async function checkParents(root: string, path: string): Promise<FileAccess | undefined> {
  let directory = root;
  for (const segment of path.split('/').slice(0, -1)) {
    const parent = directory;
    directory = join(directory, segment);
    const found = await statOf(directory);
    if (found === null) {
      return writable(parent, path);
    }
    if (found.isSymbolicLink()) {
      return unsafe(path, `${showPath(segment)} is a symbolic link`);
    }
    if (!found.isDirectory()) {
      return conflict(path, 'exists-already', `${showPath(segment)} is a file where a folder is needed. Move it away`);
    }
    if ((await statOf(join(directory, '.git'))) !== null) {
      return unsafe(path, `${showPath(segment)} is a repository of its own`);
    }
  }
  return writable(directory, path);
}

async function readTarget(absolute: string, path: string): Promise<FileAccess> {
  const found = await statOf(absolute);
  if (found === null) {
    return { kind: 'file', file: null, permissions: 0 };
  }
  if (found.isSymbolicLink()) {
    return unsafe(path, 'it is a symbolic link');
  }
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'not a regular file';
    return conflict(path, 'exists-already', `there is ${what} at ${showPath(path)}. Move it away`);
  }
  if (found.size > maxBytes) {
    return conflict(
      path,
      'changed-meanwhile',
      `${showPath(path)} has grown over ${maxBytes / 1024 / 1024} MB. Merge by hand`,
    );
  }
  if (!(await isAllowed(absolute, constants.R_OK | constants.W_OK))) {
    return conflict(path, 'not-writable', `${showPath(path)} is not writable. Allow writing`);
  }
  const handle = await open(absolute, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const bytes = await handle.readFile();
    const executable = process.platform !== 'win32' && (found.mode & 0o100) !== 0;
    return { kind: 'file', file: { bytes, executable }, permissions: found.mode & 0o777 };
  } finally {
    await handle.close();
  }
}

async function writable(directory: string, path: string): Promise<FileAccess | undefined> {
  return (await isAllowed(directory, constants.W_OK))
    ? undefined
    : conflict(path, 'not-writable', `the folder of ${showPath(path)} is not writable. Allow writing`);
}

async function isAllowed(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}

async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return null;
    }
    throw error;
  }
}

function unsafe(path: string, why: string): FileAccess {
  return conflict(
    path,
    'path-unsafe',
    `${showPath(path)} is not safe to write: ${why}. Make it a plain file in a plain folder`,
  );
}

function conflict(path: string, reason: ApplyConflict['reason'], what: string): FileAccess {
  return { kind: 'conflict', conflict: { path, reason, message: `${what}, and accept again.` } };
}
