import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, type Failure, failure } from '../../../base/failure.ts';

export type MemoryDatabaseFailure = Failure<
  'no-sqlite' | 'no-space' | 'read-only' | 'in-use' | 'damaged' | 'closed' | 'failed'
>;

/** Primary result codes of SQLite; the upper bits of an extended code are left out. */
const codes = { busy: 5, locked: 6, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notADatabase: 26 };

/** Bytes without which SQLite cannot begin to write: the file that it shares with other processes alone has 32 kB. */
const leastRoom = 64 * 1024;

const closed: readonly unknown[] = ['EROFS', 'EACCES', 'EPERM'];

/** SQLite's own code of an error that it threw, undefined for every other. */
export function sqliteCode(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number'
    ? thrown.errcode % 256
    : undefined;
}

export function isDamage(thrown: unknown): boolean {
  const code = sqliteCode(thrown);
  return code === codes.corrupt || code === codes.notADatabase;
}

/** What an error of SQLite, or of the file system below it, means; undefined for what is an error of ours. */
export function databaseFailure(thrown: unknown, path: string): MemoryDatabaseFailure | undefined {
  const code = sqliteCode(thrown);
  const system = systemCode(thrown);
  const cause = code === codes.ioError || code === codes.cannotOpen ? causeIn(dirname(path)) : undefined;
  if (code === codes.full || system === 'ENOSPC' || system === 'EDQUOT' || cause === 'no-space') {
    return failure('no-space', `The disk has no room for the index ${path}: free some space, then index again.`);
  }
  if (code === codes.readOnly || closed.includes(system) || cause === 'read-only') {
    return failure('read-only', `The index ${path} cannot be written: give your user write access to its folder.`);
  }
  if (code === codes.busy || code === codes.locked) {
    return failure('in-use', `Another process writes the index ${path}: end it, then try again.`);
  }
  if (isDamage(thrown)) {
    return failure('damaged', `The index ${path} is damaged: rebuild it; nothing in it is the only copy.`);
  }
  if (thrown instanceof Error && system === 'ERR_INVALID_STATE') {
    return failure('closed', `The index ${path} is closed: open it again.`);
  }
  if (code !== undefined || typeof system === 'string') {
    return failure(
      'failed',
      `The index ${path} failed (${errorText(thrown)}): see that its folder is on a disk that works, or rebuild it.`,
    );
  }
  return undefined;
}

/** Of a full disk and of a folder that is closed SQLite tells no more than that it failed: the folder is asked. */
function causeIn(folder: string): 'no-space' | 'read-only' | undefined {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < leastRoom ? 'no-space' : undefined;
  } catch (error) {
    return closed.includes(systemCode(error)) ? 'read-only' : undefined;
  }
}

function systemCode(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}
