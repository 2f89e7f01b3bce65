import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { ok } from '../base/result.ts';
import { locatePath } from './locatePath.ts';
import { type Answer, refuse, refuseErrno } from './refusal.ts';

/** Runs `use` on an open regular file, which is closed after it; links, devices and FIFOs are refused without blocking. */
export function withRegularFile<T>(
  root: string,
  path: string,
  use: (fd: number, stats: Stats) => Answer<T>,
): Answer<T> {
  const located = locatePath(root, path);
  if (!located.ok) {
    return located;
  }
  const { stats, absolute } = located.value;
  if (stats === undefined) {
    return refuse('not-found', `"${path}" does not exist; look for it with list_files.`);
  }
  if (stats.isSymbolicLink()) {
    return refuse('is-link', `"${path}" is a symbolic link; use the path it points to.`);
  }
  if (!stats.isFile()) {
    return refuse('not-a-file', `"${path}" is ${stats.isDirectory() ? 'a directory' : 'not a regular file'}.`);
  }
  let fd: number;
  try {
    fd = openSync(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    return refuseErrno(error, path);
  }
  try {
    const opened = fstatSync(fd);
    return opened.isFile() ? use(fd, opened) : refuse('not-a-file', `"${path}" is not a regular file.`);
  } catch (error) {
    return refuseErrno(error, path);
  } finally {
    closeSync(fd);
  }
}

/** Up to `length` bytes from `offset`; fewer at the end of the file. */
export function readRange(fd: number, offset: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(fd, buffer, filled, length - filled, offset + filled);
    if (count === 0) {
      break;
    }
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** A whole file of at most `limit` bytes. */
export function readWholeFile(root: string, path: string, limit: number): Answer<{ bytes: Buffer; mode: number }> {
  return withRegularFile(root, path, (fd, stats) =>
    stats.size > limit
      ? refuse('too-large', `"${path}" has ${stats.size} bytes, over the limit of ${limit}; search in it instead.`)
      : ok({ bytes: readRange(fd, 0, stats.size), mode: stats.mode & 0o777 }),
  );
}
