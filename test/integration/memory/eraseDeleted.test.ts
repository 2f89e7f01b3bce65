import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eraseDeleted } from '../../../src/node/memory/sqlite/eraseDeleted.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import type { TableGroup } from '../../../src/node/memory/sqlite/tableGroup.ts';
import { must } from '../repository/temporaryRepository.ts';

const things: TableGroup = { name: 'things', migrations: ['CREATE TABLE things (name TEXT) STRICT'] };
const secret = 'zebraquagga';

let directory: string;
let database: MemoryDatabase;
/** Looks at what was there before the deletion for as long as its transaction lasts. */
let reader: DatabaseSync;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'nightshift-erase-'));
  database = must(await openMemoryDatabase(directory, [things]));
  must(database.write(() => database.connection.prepare('INSERT INTO things (name) VALUES (?)').run(secret)));
  reader = new DatabaseSync(join(directory, 'memory.db'));
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM things').get();
  must(database.write(() => database.connection.exec('DELETE FROM things')));
  database.connection.exec('PRAGMA busy_timeout = 20');
});

afterEach(() => {
  reader.close();
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const holding = (): string[] =>
  readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(secret));

describe('erasing what was deleted', () => {
  it('waits for another process that reads, and then nothing of it is on the disk', async () => {
    expect(holding()).not.toEqual([]);
    const ending = setTimeout(() => reader.exec('COMMIT'), 100);
    expect(await eraseDeleted(database)).toMatchObject({ ok: true });
    clearTimeout(ending);
    expect(holding()).toEqual([]);
  });

  it('says that what was deleted is still on the disk where that process does not end, and can be asked again', async () => {
    const refused = await eraseDeleted(database);
    expect(refused).toMatchObject({
      ok: false,
      error: { reason: 'in-use', message: expect.stringContaining('again') },
    });
    expect(holding()).not.toEqual([]);
    reader.exec('COMMIT');
    expect(await eraseDeleted(database)).toMatchObject({ ok: true });
    expect(holding()).toEqual([]);
  });
});
