import { rmSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { MemoryDatabaseFailure } from './databaseFailure.ts';
import type { MemoryDatabase } from './openMemoryDatabase.ts';

/** Pages that are merged in one go: so long a question has to wait at most. */
const stepPages = 200;

/** Milliseconds before each further try to write the log back where another process reads; a try waits by itself as well. */
const busyPauses = [100, 300, 1_000];

/**
 * Takes what was deleted off the disk as well. The full-text index only marks what is deleted until its parts are merged, older
 * pages stand in the journal, and a file that was set aside says what it said.
 */
export async function eraseDeleted(database: MemoryDatabase): Promise<Result<void, MemoryDatabaseFailure>> {
  const { connection, path } = database;
  const tables = database.read(() =>
    connection
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%'`)
      .all()
      .map((row) => String(row['name'])),
  );
  if (!tables.ok) {
    return tables;
  }
  for (const table of tables.value) {
    // A negative number begins to merge everything, a positive one goes on; fewer than two changes say that it is done.
    for (let pages = -stepPages, changes = 2; changes >= 2; pages = stepPages) {
      const merged = database.write(() => {
        const before = totalChanges(database);
        connection.prepare(`INSERT INTO ${table} (${table}, rank) VALUES ('merge', ?)`).run(pages);
        return totalChanges(database) - before;
      });
      if (!merged.ok) {
        return merged;
      }
      changes = merged.value;
      await nextTurn();
    }
  }
  const emptied = await emptyLog(database);
  if (!emptied.ok) {
    return emptied;
  }
  const erased = database.read(() => {
    for (const reason of ['damaged', 'newer']) {
      for (const sidecar of ['', '-wal', '-shm']) {
        rmSync(`${path}.${reason}${sidecar}`, { force: true });
      }
    }
  });
  return erased.ok ? ok(undefined) : erased;
}

/** Older pages stand in the log, and stay there while anybody reads them. */
async function emptyLog({ connection, path, read }: MemoryDatabase): Promise<Result<void, MemoryDatabaseFailure>> {
  for (const pause of [0, ...busyPauses]) {
    await delay(pause);
    const row = read(() => connection.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get());
    if (!row.ok) {
      return row;
    }
    if (row.value?.['busy'] === 0) {
      return ok(undefined);
    }
  }
  const still = 'so what was forgotten is found no more and is still on the disk';
  return fail(failure('in-use', `Another process reads the index ${path}, ${still}: end it, then forget it again.`));
}

function totalChanges({ connection }: MemoryDatabase): number {
  return Number(connection.prepare('SELECT total_changes() AS changes').get()?.['changes'] ?? 0);
}
