import { constants } from 'node:fs';
import { access, lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { namesGitDirectory } from '../../core/policy/refusedPaths.ts';
import type { WorkingFile } from '../../core/repository/snapshotPlan.ts';

/** A path that may be uncommitted, as Git listed it. */
export interface UncommittedPath {
  readonly path: string;
  /** Git says that it is gone. */
  readonly deleted: boolean;
  /** The mode that Git sees; undefined for an untracked file, whose own mode counts. */
  readonly mode?: string;
}

const atOnce = 64;

/** Looks at files of the working tree without opening any and without following a link. */
export async function inspectWorkingFiles(root: string, paths: readonly UncommittedPath[]): Promise<WorkingFile[]> {
  const files: WorkingFile[] = [];
  for (let start = 0; start < paths.length; start += atOnce) {
    files.push(...(await Promise.all(paths.slice(start, start + atOnce).map((path) => inspect(root, path)))));
  }
  return files;
}

async function inspect(root: string, { path, deleted, mode }: UncommittedPath): Promise<WorkingFile> {
  const without = (kind: WorkingFile['kind']): WorkingFile => ({ path, kind, size: 0, mode: '100644' });
  if (deleted) {
    return without('missing');
  }
  if (path.endsWith('/')) {
    return { ...without('nested-repository'), path: path.slice(0, -1) };
  }
  if (namesGitDirectory(path)) {
    return without('special');
  }
  const absolute = join(root, path);
  try {
    const found = await lstat(absolute);
    if (found.isSymbolicLink()) {
      return { path, kind: 'link', size: found.size, mode: '120000', target: await readlink(absolute) };
    }
    if (!found.isFile()) {
      return without(found.isDirectory() ? 'missing' : 'special');
    }
    await access(absolute, constants.R_OK);
    const executable = mode === undefined ? (found.mode & 0o100) !== 0 : mode === '100755';
    return { path, kind: 'file', size: found.size, mode: executable ? '100755' : '100644' };
  } catch (error) {
    return without(isGone(error) ? 'missing' : 'unreadable');
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
