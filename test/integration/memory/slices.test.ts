import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitTables } from '../../../src/node/memory/sqlite/commitTables.ts';
import { fileChunks } from '../../../src/node/memory/sqlite/fileChunks.ts';
import { fileTables, FileStore } from '../../../src/node/memory/sqlite/fileTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { pageRows } from '../../../src/node/memory/sqlite/pagesOf.ts';
import { must } from '../repository/temporaryRepository.ts';
import { sampleFacts } from './sampleFacts.ts';

/** More than two pages. */
const count = pageRows * 2 + 100;

let directory: string;
let database: MemoryDatabase;
let files: FileStore;

const put = (path: string): void =>
  files.replaceFile({ path, bytes: 1, modified: 1 }, sampleFacts([`text of ${path}`]));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'nightshift-slices-'));
  database = must(await openMemoryDatabase(directory, [fileTables, commitTables]));
  files = new FileStore(database);
  must(database.write(() => Array.from({ length: count }, (_, at) => put(`src/file${at}.ts`))));
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('reading all files of an index', () => {
  it('takes what was indexed before a page at a time', () => {
    const pages = [...files.knownPages()];
    expect(pages.map((page) => page.length)).toEqual([pageRows, pageRows, 100]);
    expect(new Set(pages.flat().map(([path]) => path)).size).toBe(count);
  });

  it('takes what is to have vectors a page at a time, and lets others write between', async () => {
    const owners: string[] = [];
    const lengths: number[] = [];
    for await (const page of fileChunks(database, files).states()) {
      lengths.push(page.length);
      owners.push(...page.map(({ owner }) => owner));
      must(database.write(() => files.removeFiles([`src/file${count - 1}.ts`])));
    }
    expect(lengths).toEqual([pageRows, pageRows, 99]);
    expect(owners.toSorted()).toEqual(Array.from({ length: count - 1 }, (_, at) => `src/file${at}.ts`).toSorted());
  });

  it('looks up one file and not all when it is asked what a file is, also after a write that was refused', () => {
    const rows: number[] = [];
    const counted = new FileStore({ ...database, connection: countingRows(database.connection, rows) });
    expect(counted.describe('src/file7.ts')).toEqual({ kind: 'code', language: 'typescript' });
    counted.forgetCache();
    expect(counted.describe('src/file8.ts')).toEqual({ kind: 'code', language: 'typescript' });
    expect(counted.describe('src/file8.ts')).toEqual({ kind: 'code', language: 'typescript' });
    expect(counted.describe('src/absent.ts')).toBeUndefined();
    expect(rows).toEqual([1, 1, 0]);
  });
});

/** The same connection; for each question, how many rows it was answered with. */
function countingRows(connection: DatabaseSync, rows: number[]): DatabaseSync {
  return new Proxy(connection, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name);
      return (sql: string) => {
        const statement = target.prepare(sql);
        return {
          get: (...values: SQLInputValue[]) => {
            const row = statement.get(...values);
            rows.push(row === undefined ? 0 : 1);
            return row;
          },
          *iterate(...values: SQLInputValue[]) {
            const all = statement.all(...values);
            rows.push(all.length);
            yield* all;
          },
        };
      };
    },
  });
}
