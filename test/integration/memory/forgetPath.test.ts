import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetPath, keptWithin } from '../../../src/indexer/forgetPath.ts';
import { CommitStore, commitTables } from '../../../src/node/memory/sqlite/commitTables.ts';
import { FileStore, fileTables } from '../../../src/node/memory/sqlite/fileTables.ts';
import { GraphStore } from '../../../src/node/memory/sqlite/graphStore.ts';
import { graphTables } from '../../../src/node/memory/sqlite/graphTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import type { Episode } from '../../../src/protocol/memory.ts';
import { must } from '../repository/temporaryRepository.ts';
import { sampleFacts } from './sampleFacts.ts';

let directory: string;
let database: MemoryDatabase;
let stores: { readonly files: FileStore; readonly commits: CommitStore; readonly graphStore: GraphStore };

async function open(): Promise<void> {
  database = must(await openMemoryDatabase(directory, [fileTables, commitTables, graphTables]));
  const [files, commits, graphStore] = [new FileStore(database), new CommitStore(database), new GraphStore(database)];
  stores = { files, commits, graphStore };
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'nightshift-forget-'));
  await open();
});

afterEach(() => {
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const pathsIn = (table: string): unknown[] =>
  database.connection
    .prepare(`SELECT path FROM ${table} ORDER BY path`)
    .all()
    .map(({ path }) => path);

function put(...paths: readonly string[]): void {
  must(
    database.write(() => {
      for (const path of paths) {
        stores.files.replaceFile({ path, bytes: 1, modified: 1 }, sampleFacts([`words of ${path}`]));
        stores.graphStore.replaceFile(path, sampleFacts([`words of ${path}`]), '');
      }
    }),
  );
}

const episode: Episode = {
  id: 'e1',
  task: 't1',
  goal: 'Mend the old',
  time: '2026-01-01T00:00:00.000Z',
  outcome: 'accepted',
  files: ['old/solved.ts', 'older.ts', 'src/a.ts'],
  approach: '',
  signature: [],
  proof: '',
  stale: false,
  changedSince: [],
};

describe('a folder that is forgotten', () => {
  const besides = ['old-school/b.ts', 'old.ts', 'older.ts', 'src/a.ts', 'src/old/c.ts'];

  beforeEach(() => {
    put('old/kept.ts', 'old/deep/er.ts', ...besides);
    must(
      database.write(() => {
        const files = ['old/gone.ts', 'old/deep/gone too.ts', 'old/kept.ts', ...besides];
        stores.commits.addCommits([{ id: 'b'.repeat(40), author: 'A', time: 5, subject: 's', body: '', files }]);
        stores.graphStore.setEpisodes([episode]);
      }),
    );
    expect(keptWithin(stores, 'old').toSorted()).toEqual(
      ['old/deep/er.ts', 'old/deep/gone too.ts', 'old/gone.ts', 'old/kept.ts', 'old/solved.ts'].toSorted(),
    );
    must(database.write(() => forgetPath(stores, 'old')));
  });

  it('goes from files, commits and solved tasks, with what only the history has, and nothing beside it goes', () => {
    expect(keptWithin(stores, 'old')).toEqual([]);
    expect(pathsIn('commit_paths')).toEqual(besides);
    expect(pathsIn('graph_files')).toEqual(besides);
    expect(pathsIn('graph_solved')).toEqual(['older.ts', 'src/a.ts']);
    expect(besides.every((path) => stores.files.knownFile(path)?.state === 'indexed')).toBe(true);
    const words = `SELECT count(*) AS count FROM commit_words WHERE commit_words MATCH '"gone"'`;
    expect(database.connection.prepare(words).get()).toEqual({ count: 0 });
  });

  it('stays so for what comes into it later, also after a restart, and not for what has a name like it', async () => {
    for (const round of ['first', 'second']) {
      put('old/new.ts', `old-school/${round}.ts`);
      expect(stores.files.pathsWithin('old')).toEqual([]);
      expect(stores.files.isForgotten('old/not/there/yet.ts')).toBe(true);
      expect(stores.files.isForgotten('older.ts')).toBe(false);
      expect(stores.files.knownFile(`old-school/${round}.ts`)?.state).toBe('indexed');
      database.close();
      await open();
    }
  });

  it('may be forgotten again, and a folder around it too', () => {
    must(database.write(() => forgetPath(stores, 'old')));
    must(database.write(() => forgetPath(stores, 'src')));
    must(database.write(() => forgetPath(stores, 'src/old')));
    expect(pathsIn('graph_files')).toEqual(['old-school/b.ts', 'old.ts', 'older.ts']);
    expect([...stores.files.forgottenPaths()].toSorted()).toEqual(
      ['old', 'old/deep/er.ts', 'old/kept.ts', 'src', 'src/a.ts', 'src/old', 'src/old/c.ts'].toSorted(),
    );
  });
});
