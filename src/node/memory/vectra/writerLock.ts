import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { failure } from '../../../base/failure.ts';
import type { Disposable } from '../../../base/lifecycle.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { VectorIndexFailure } from '../../../core/memory/vectorIndex.ts';
import { findSqlite } from '../findSqlite.ts';
import { indexFailure } from './indexFailure.ts';

/** SQLite's own numbers for a database that somebody else has locked, for one that cannot be opened for writing, and for what is none. */
const busy = 5;
const unwritable = [8, 14];
const spoiled = [11, 26];

/**
 * Keeps other processes, and others in this one, from writing to the index. The lock is the operating system's, taken by way of an
 * empty database, so it ends with its process however that ends and is never stale. Does not wait.
 */
export function takeWriterLock(folder: string): Result<Disposable, VectorIndexFailure> {
  const sqlite = findSqlite();
  if (!sqlite.ok) {
    return sqlite;
  }
  const path = join(folder, 'writer.lock');
  try {
    return ok(lock(sqlite.value, path));
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode : 0;
    if (code === busy) {
      const message = `Another process writes to the index in ${folder}; use that one, or end it, then try again.`;
      return fail(failure('in-use', message));
    }
    if (unwritable.includes(code)) {
      const message = `Cannot lock the index in ${folder}: it cannot be written; give your user write access to the folder.`;
      return fail(failure('read-only', message));
    }
    return fail(indexFailure(error, 'lock the index in', folder));
  }
}

function lock(Database: typeof DatabaseSync, path: string): Disposable {
  try {
    return lockOnce(Database, path);
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error && spoiled.some((code) => code === error.errcode))) {
      throw error;
    }
    // There is nothing in it to lose. It stays the same file: who has locked it meanwhile has it still.
    truncateSync(path);
    return lockOnce(Database, path);
  }
}

function lockOnce(Database: typeof DatabaseSync, path: string): Disposable {
  const database = new Database(path, { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return { dispose: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}
