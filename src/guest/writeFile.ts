import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok } from '../base/result.ts';
import { editText } from '../core/tools/editText.ts';
import { judgeWholeWrite } from '../core/tools/wholeWrite.ts';
import type { GuestParams, GuestResult } from '../protocol/guest.ts';
import { type Location, locatePath } from './locatePath.ts';
import { readWholeFile } from './openRegularFile.ts';
import { looksBinary, maxTextFileBytes } from './readFile.ts';
import { type Answer, refuse, refuseErrno } from './refusal.ts';

const byteOrderMark = '\uFEFF';

/** Writes a whole file; one that is there keeps its mode, and, where it is text, its line ends and byte order mark. */
export function writeTextFile(root: string, params: GuestParams<'write_file'>): Answer<GuestResult<'write_file'>> {
  const located = locateForWriting(root, params.path, true);
  if (!located.ok) {
    return located;
  }
  const { stats } = located.value;
  let { content } = params;
  let old: string | null = null;
  if (stats !== undefined && stats.size <= maxTextFileBytes) {
    const before = readWholeFile(root, params.path, maxTextFileBytes);
    old = before.ok ? sha256(before.value.bytes) : null;
    if (before.ok && !looksBinary(before.value.bytes)) {
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(before.value.bytes);
      const refused = judgeWholeWrite(text, content, params.path);
      if (refused !== undefined) {
        return refuse(refused.reason, refused.message);
      }
      content = keepTextStyle(text, content);
    }
  }
  const bytes = new TextEncoder().encode(content);
  const written = replaceFile(located.value, bytes, stats === undefined ? 0o644 : stats.mode & 0o777);
  const change = { before: old, after: sha256(bytes) };
  return written.ok ? ok({ created: stats === undefined, bytes: bytes.length, content: change }) : written;
}

/** The unique replacement of `core/tools/editText.ts` on a file, all or nothing. */
export function editTextFile(root: string, params: GuestParams<'edit_file'>): Answer<GuestResult<'edit_file'>> {
  const located = locateForWriting(root, params.path, false);
  if (!located.ok) {
    return located;
  }
  const before = readWholeFile(root, params.path, maxTextFileBytes);
  if (!before.ok) {
    return before;
  }
  const edited = editText(before.value.bytes, params.oldText, params.newText, params.path);
  if (!edited.ok) {
    return refuse(edited.error.reason, edited.error.message);
  }
  const written = replaceFile(located.value, edited.value.bytes, before.value.mode);
  const { line, bytes, match } = edited.value;
  const change = { before: sha256(before.value.bytes), after: sha256(bytes) };
  const loosely = match === 'exact' ? {} : { match };
  return written.ok ? ok({ line, bytes: bytes.length, ...loosely, content: change }) : written;
}

export function deleteFile(root: string, params: GuestParams<'delete_file'>): Answer<GuestResult<'delete_file'>> {
  const located = locatePath(root, params.path);
  if (!located.ok) {
    return located;
  }
  const { stats, absolute } = located.value;
  if (stats === undefined) {
    return refuse('not-found', `"${params.path}" does not exist; look for it with list_files.`);
  }
  if (!stats.isFile() && !stats.isSymbolicLink()) {
    return refuse('not-a-file', `"${params.path}" is not a file; delete the files in it one by one.`);
  }
  try {
    rmSync(absolute);
    return ok({});
  } catch (error) {
    return refuseErrno(error, params.path);
  }
}

/** Line ends and byte order mark of `before`, where `after` leaves them to us by using plain `\n` and no mark. */
export function keepTextStyle(before: string, after: string): string {
  const windows = before.includes('\r\n') && !/(^|[^\r])\n/.test(before);
  const lines = windows && !after.includes('\r') ? after.replaceAll('\n', '\r\n') : after;
  return before.startsWith(byteOrderMark) && !lines.startsWith(byteOrderMark) ? byteOrderMark + lines : lines;
}

function locateForWriting(root: string, path: string, createParents: boolean): Answer<Location> {
  const located = locatePath(root, path, { createParents });
  if (!located.ok) {
    return located;
  }
  const { stats, relative } = located.value;
  if (relative === '') {
    return refuse('not-a-file', 'The path names the repository itself.');
  }
  if (stats?.isSymbolicLink()) {
    return refuse('is-link', `"${path}" is a symbolic link; write to the path it points to.`);
  }
  return stats === undefined || stats.isFile()
    ? located
    : refuse('not-a-file', `"${path}" is ${stats.isDirectory() ? 'a directory' : 'not a regular file'}.`);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes beside the target and renames over it: a reader, or a full disk, never meets half a file. */
function replaceFile(location: Location, bytes: Uint8Array, mode: number): Answer<void> {
  const temporary = join(dirname(location.absolute), `.nightshift-${randomBytes(6).toString('hex')}`);
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = openSync(temporary, flags, mode);
    try {
      for (let at = 0; at < bytes.length;) {
        at += writeSync(fd, bytes, at);
      }
    } finally {
      closeSync(fd);
    }
    // The process's umask held bits back that the file had.
    chmodSync(temporary, mode);
    renameSync(temporary, location.absolute);
    return ok(undefined);
  } catch (error) {
    rmSync(temporary, { force: true });
    return refuseErrno(error, location.relative);
  }
}
