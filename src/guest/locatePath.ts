import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../base/result.ts';
import { type Answer, errnoOf, refuse, refuseErrno } from './refusal.ts';

/** A path that was walked component by component without following a link; `stats` is undefined where nothing is there. */
export interface Location {
  readonly relative: string;
  readonly absolute: string;
  readonly stats: Stats | undefined;
}

/** The components of a path below the repository; `.` and doubled slashes are dropped, all that could leave it is refused. */
export function splitPath(path: string): Answer<readonly string[]> {
  if (path.includes('\0')) {
    return refuse('invalid-request', 'A path with a NUL byte was given.');
  }
  if (path.startsWith('/')) {
    return refuse('path-outside', `"${path}" is absolute; paths are relative to the repository.`);
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) {
    return refuse(
      'path-outside',
      `"${path}" has a ".." in it; paths are relative to the repository and stay below it.`,
    );
  }
  if (parts.some((part) => part.toLowerCase() === '.git')) {
    return refuse('path-outside', `"${path}" is below .git, which is not part of the tree.`);
  }
  return ok(parts);
}

/**
 * Finds a path below `root` and refuses every symbolic link among its parents. With `createParents` missing directories are made.
 * The last component may be anything or absent: callers look at `stats`, and open with O_NOFOLLOW.
 */
export function locatePath(
  root: string,
  path: string,
  options: { readonly createParents?: boolean } = {},
): Answer<Location> {
  const split = splitPath(path);
  if (!split.ok) {
    return split;
  }
  const parts = split.value;
  let absolute = root;
  for (const part of parts.slice(0, -1)) {
    absolute = join(absolute, part);
    const parent = enterDirectory(absolute, path, options.createParents ?? false);
    if (!parent.ok) {
      return parent;
    }
  }
  const relative = parts.join('/');
  absolute = join(root, relative);
  try {
    return ok({ relative, absolute, stats: lstatSync(absolute, { throwIfNoEntry: false }) });
  } catch (error) {
    return refuseErrno(error, path);
  }
}

function enterDirectory(absolute: string, path: string, create: boolean): Answer<void> {
  try {
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (!create) {
        return refuse('not-found', `"${path}" does not exist; look for it with list_files.`);
      }
      mkdirSync(absolute);
    } else if (stats.isSymbolicLink()) {
      return refuse('is-link', `"${path}" leads through a symbolic link; use the path it points to.`);
    } else if (!stats.isDirectory()) {
      return refuse('not-found', `"${path}" leads through something that is not a directory.`);
    }
    return ok(undefined);
  } catch (error) {
    return errnoOf(error) === 'EEXIST' ? enterDirectory(absolute, path, false) : refuseErrno(error, path);
  }
}
