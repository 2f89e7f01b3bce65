import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type MemoryDatabase,
  openMemoryDatabase,
  removeMemoryDatabase,
} from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import type { TableGroup } from '../../../src/node/memory/sqlite/tableGroup.ts';
import { must } from '../repository/temporaryRepository.ts';

const first: TableGroup = { name: 'things', migrations: ['CREATE TABLE things (name TEXT) STRICT'] };
const second: TableGroup = {
  ...first,
  migrations: [...first.migrations, 'ALTER TABLE things ADD COLUMN size INTEGER'],
};

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nightshift-memory-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const path = (): string => join(directory, 'memory.db');

async function opened(groups: readonly TableGroup[] = [first]): Promise<MemoryDatabase> {
  return must(await openMemoryDatabase(directory, groups));
}

function put(database: MemoryDatabase, name: string): void {
  must(database.write(() => database.connection.prepare('INSERT INTO things (name) VALUES (?)').run(name)));
}

function names(database: MemoryDatabase): unknown[] {
  return must(database.read(() => database.connection.prepare('SELECT name FROM things').all())).map(
    (row) => row['name'],
  );
}

/** In a world of its own, of which nothing stays: the folder is a disk of 8 kB. */
const onFullDisk = ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs -o size=8k tmpfs "$0" && exec "$@"'];
const canMount = ((): boolean => {
  try {
    execFileSync('unshare', ['-rm', 'true'], { stdio: 'ignore', timeout: 5_000 });
    return true;
  } catch {
    return false;
  }
})();

/** What another process is told that opens the index there: after these words, or else as a user who may not write there. */
function failureIn([program, ...words]: readonly string[]): unknown {
  const source = new URL('../../../src/node/memory/sqlite/openMemoryDatabase.ts', import.meta.url).href;
  const asNobody = 'if (process.getuid() === 0) process.setuid(65534);';
  const script = `${program === undefined ? asNobody : ''}
    const { openMemoryDatabase } = await import(${JSON.stringify(source)});
    const opened = await openMemoryDatabase(${JSON.stringify(directory)}, ${JSON.stringify([first])});
    console.log(JSON.stringify(opened.error));`;
  const node = ['--input-type=module', '-e', script];
  const [command, given] =
    program === undefined ? [process.execPath, node] : [program, [...words, directory, process.execPath, ...node]];
  chmodSync(directory, 0o555);
  try {
    return JSON.parse(execFileSync(command, given, { encoding: 'utf8', timeout: 20_000 }));
  } finally {
    chmodSync(directory, 0o755);
  }
}

describe('opening the memory database', () => {
  it('keeps what was written, and brings tables to a newer form', async () => {
    const one = await opened();
    put(one, 'kept');
    one.close();
    const two = await opened([second]);
    must(two.write(() => two.connection.exec('UPDATE things SET size = 3')));
    expect(names(two)).toEqual(['kept']);
    expect(two.setAside).toBeUndefined();
    two.close();
  });

  it('sets a file of a newer product aside, whole, and begins anew', async () => {
    const newer = await opened([second]);
    put(newer, 'newer');
    newer.close();
    const older = await opened([first]);
    expect(older.setAside).toEqual({ reason: 'newer', path: `${path()}.newer` });
    expect(names(older)).toEqual([]);
    older.close();
    const kept = new DatabaseSync(`${path()}.newer`);
    expect(kept.prepare('SELECT name FROM things').all()).toEqual([{ name: 'newer' }]);
    kept.close();
  });

  it('sets aside what is no database, and a database of somebody else', async () => {
    writeFileSync(path(), 'not a database, but long enough to be taken for one by its length alone'.repeat(100));
    const one = await opened();
    expect(one.setAside?.reason).toBe('damaged');
    one.close();
    rmSync(path());
    const other = new DatabaseSync(path());
    other.exec('CREATE TABLE bookmarks (url TEXT)');
    other.close();
    const two = await opened();
    expect(two.setAside?.reason).toBe('foreign');
    two.close();
    expect(readdirSync(directory).sort()).toEqual(['memory.db', 'memory.db.damaged', 'memory.db.foreign']);
  });

  it('begins anew when pages are spoilt and the last owner was killed', async () => {
    const one = await opened();
    must(one.write(() => Array.from({ length: 2_000 }, (_, index) => put(one, `name ${index} ${'x'.repeat(100)}`))));
    one.connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = readFileSync(path());
    one.close();
    bytes.fill(0xa5, 8_192, 40_000);
    writeFileSync(path(), bytes);
    const two = await opened();
    expect(two.setAside?.reason).toBe('damaged');
    put(two, 'works');
    expect(names(two)).toEqual(['works']);
    two.close();
  });

  it('is gone, with what was set aside, once it is removed', async () => {
    writeFileSync(path(), 'no database '.repeat(1_000));
    const database = await opened();
    put(database, 'gone');
    database.close();
    must(removeMemoryDatabase(directory));
    expect(readdirSync(directory)).toEqual([]);
    const anew = await opened();
    expect(names(anew)).toEqual([]);
    anew.close();
  });

  it('keeps what another program had in its place, the newest alone, and says where, also when it is removed', async () => {
    const put = (table: string): void => {
      const other = new DatabaseSync(path());
      other.exec(`CREATE TABLE ${table} (url TEXT)`);
      other.close();
    };
    put('older');
    (await opened()).close();
    rmSync(path());
    put('bookmarks');
    const foreign = `${path()}.foreign`;
    const beside = await opened();
    expect(beside).toMatchObject({ setAside: { reason: 'foreign', path: foreign } });
    beside.close();
    must(removeMemoryDatabase(directory));
    expect(readdirSync(directory)).toEqual(['memory.db.foreign']);
    const kept = new DatabaseSync(foreign);
    expect(kept.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'bookmarks' }]);
    kept.close();
    const anew = await opened();
    expect(anew.setAside).toBeUndefined();
    expect(anew.foreign).toBe(foreign);
    anew.close();
    rmSync(foreign);
    const alone = await opened();
    expect(alone.foreign).toBeUndefined();
    alone.close();
  });

  it('says what is wrong when its folder cannot be a folder', async () => {
    writeFileSync(join(directory, 'file'), '');
    const result = await openMemoryDatabase(join(directory, 'file', 'memory'), [first]);
    expect(result).toMatchObject({ ok: false, error: { reason: 'failed' } });
    mkdirSync(path());
    expect(await openMemoryDatabase(directory, [first])).toMatchObject({ ok: false, error: { reason: 'failed' } });
  });

  it('says that the folder is closed to us where no file is there yet', () => {
    expect(failureIn([])).toEqual({
      reason: 'read-only',
      message: `The index ${path()} cannot be written: give your user write access to its folder.`,
    });
  });

  it.skipIf(!canMount)('says that the disk is full where SQLite says only that it failed', () => {
    expect(failureIn(onFullDisk)).toEqual({
      reason: 'no-space',
      message: `The disk has no room for the index ${path()}: free some space, then index again.`,
    });
  });

  it('writes all or nothing, and says that there is no room', async () => {
    const database = await opened();
    put(database, 'before');
    const pages = database.connection.prepare('PRAGMA page_count').get()?.['page_count'];
    database.connection.exec(`PRAGMA max_page_count = ${Number(pages) + 2}`);
    const result = database.write(() => {
      for (let index = 0; index < 100; index += 1) {
        put(database, 'x'.repeat(10_000));
      }
    });
    expect(result).toMatchObject({ ok: false, error: { reason: 'no-space' } });
    expect(names(database)).toEqual(['before']);
    put(database, 'after');
    expect(names(database)).toEqual(['before', 'after']);
    database.close();
    expect(database.read(() => database.connection.exec('SELECT 1'))).toMatchObject({
      ok: false,
      error: { reason: 'closed' },
    });
  });

  it('says that another process writes', async () => {
    const database = await opened();
    const other = new DatabaseSync(path());
    other.exec('BEGIN IMMEDIATE');
    expect(database.write(() => database.connection.exec('DELETE FROM things'))).toMatchObject({
      ok: false,
      error: { reason: 'in-use' },
    });
    other.exec('ROLLBACK');
    other.close();
    database.close();
  });
});
