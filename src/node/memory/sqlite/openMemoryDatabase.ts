import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { findSqlite } from '../findSqlite.ts';
import { databaseFailure, isDamage, type MemoryDatabaseFailure } from './databaseFailure.ts';
import { migrateGroups, newerGroups, type TableGroup } from './tableGroup.ts';

/** `NSMM`: tells our file from any other that SQLite can open. */
const applicationId = 0x4e534d4d;

/** Milliseconds that a statement waits for another process that writes. */
const busyMs = 2_000;

const sidecars = ['', '-wal', '-shm'];

type SetAsideReason = 'damaged' | 'foreign' | 'newer';

/** The one file of words, commits and graph of a workspace. Owned by one process; nothing in it is the only copy of anything. */
export interface MemoryDatabase {
  readonly connection: DatabaseSync;
  readonly path: string;
  /** Why the file that was found is kept under another name and a new one was made. */
  readonly setAside?: { readonly reason: SetAsideReason; readonly path: string };
  /** A file of another program that stood in its place once and is kept; it may be the only copy of what it holds. */
  readonly foreign?: string;
  /** All or nothing. One inside another is a part of it: what fails there fails the whole. Errors that are not of the database are thrown on. */
  write<T>(work: () => T): Result<T, MemoryDatabaseFailure>;
  read<T>(work: () => T): Result<T, MemoryDatabaseFailure>;
  /** On disk, with what is not yet written back. */
  bytes(): number;
  close(): void;
}

/**
 * Opens `memory.db` in the folder, which is made where it is missing. A file that is damaged, of another program or of a newer
 * product is set aside as `memory.db.<reason>` (the one set aside before goes) and made anew.
 */
export async function openMemoryDatabase(
  directory: string,
  groups: readonly TableGroup[],
): Promise<Result<MemoryDatabase, MemoryDatabaseFailure>> {
  const path = join(directory, 'memory.db');
  const sqlite = findSqlite();
  if (!sqlite.ok) {
    return sqlite;
  }
  const Database = sqlite.value;
  try {
    mkdirSync(directory, { recursive: true });
    const found = open(Database, path, groups);
    if (typeof found !== 'string') {
      const foreign = `${path}.foreign`;
      return ok({ ...asMemoryDatabase(found, path), ...(existsSync(foreign) ? { foreign } : {}) });
    }
    const aside = `${path}.${found}`;
    moveFiles(path, aside);
    const made = open(Database, path, groups);
    return typeof made === 'string'
      ? fail(failure('damaged', `The index ${path} is damaged as soon as it is made: check the disk.`))
      : ok({ ...asMemoryDatabase(made, path), setAside: { reason: found, path: aside } });
  } catch (error) {
    const known = databaseFailure(error, path);
    if (known === undefined) {
      throw error;
    }
    return fail(known);
  }
}

/** Takes the file away, with what was set aside of ours: what is of another program stays. Close it first. */
export function removeMemoryDatabase(directory: string): Result<void, MemoryDatabaseFailure> {
  const path = join(directory, 'memory.db');
  try {
    for (const name of [path, `${path}.damaged`, `${path}.newer`]) {
      removeFiles(name);
    }
    return ok(undefined);
  } catch (error) {
    return fail(
      databaseFailure(error, path) ?? failure('failed', `The index ${path} cannot be removed: ${String(error)}.`),
    );
  }
}

function open(
  Database: typeof DatabaseSync,
  path: string,
  groups: readonly TableGroup[],
): DatabaseSync | SetAsideReason {
  let database: DatabaseSync | undefined;
  try {
    database = new Database(path, { timeout: busyMs });
    const problem = prepare(database, groups);
    if (problem === undefined) {
      return database;
    }
    database.close();
    return problem;
  } catch (error) {
    if (database?.isOpen === true) {
      database.close();
    }
    if (isDamage(error)) {
      return 'damaged';
    }
    throw error;
  }
}

function prepare(database: DatabaseSync, groups: readonly TableGroup[]): SetAsideReason | undefined {
  const empty = pragma(database, 'schema_version') === 0;
  if (!empty && pragma(database, 'application_id') !== applicationId) {
    return 'foreign';
  }
  if (!empty && newerGroups(database, groups).length > 0) {
    return 'newer';
  }
  // A page that the disk spoiled would be met much later, in the middle of a question.
  if (
    !empty &&
    pragma(database, 'user_version') !== 0 &&
    database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] !== 'ok'
  ) {
    return 'damaged';
  }
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA secure_delete = ON',
  );
  inTransaction(database, () => {
    database.exec(`PRAGMA application_id = ${applicationId}`);
    migrateGroups(database, groups);
  });
  // Stands until it is closed in order.
  database.exec('PRAGMA user_version = 1');
  return undefined;
}

function pragma(database: DatabaseSync, name: 'application_id' | 'schema_version' | 'user_version'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function asMemoryDatabase(connection: DatabaseSync, path: string): MemoryDatabase {
  const guarded = <T>(work: () => T): Result<T, MemoryDatabaseFailure> => {
    try {
      return ok(work());
    } catch (error) {
      const known = databaseFailure(error, path);
      if (known === undefined) {
        throw error;
      }
      return fail(known);
    }
  };
  return {
    connection,
    path,
    read: guarded,
    write: (work) => (connection.isTransaction ? ok(work()) : guarded(() => inTransaction(connection, work))),
    bytes: () => sidecars.reduce((sum, sidecar) => sum + sizeOf(path + sidecar), 0),
    close: () => {
      if (connection.isOpen) {
        // On a full disk this fails, and the next opening looks at every page once more.
        guarded(() => connection.exec('PRAGMA user_version = 0; PRAGMA optimize'));
        connection.close();
      }
    },
  };
}

function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const value = work();
    database.exec('COMMIT');
    return value;
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (database.isTransaction) {
      database.exec('ROLLBACK');
    }
    throw error;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function moveFiles(from: string, to: string): void {
  removeFiles(to);
  for (const sidecar of sidecars) {
    if (existsSync(from + sidecar)) {
      renameSync(from + sidecar, to + sidecar);
    }
  }
}

function removeFiles(path: string): void {
  for (const sidecar of sidecars) {
    rmSync(path + sidecar, { force: true });
  }
}
