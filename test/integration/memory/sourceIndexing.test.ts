import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failure } from '../../../src/base/failure.ts';
import { fail } from '../../../src/base/result.ts';
import type { SourceFacts } from '../../../src/core/memory/sourceFacts.ts';
import { Problems } from '../../../src/indexer/problems.ts';
import { SourceIndexing } from '../../../src/indexer/sourceIndexing.ts';
import { fileTables, FileStore } from '../../../src/node/memory/sqlite/fileTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { sampleFacts } from './sampleFacts.ts';

let root: string;
let database: MemoryDatabase;
let files: FileStore;
let problems: Problems;
let indexing: SourceIndexing;
let isFull: boolean;
/** What the reader was given. */
let read: string[];
/** Paths that a listener cannot work with. */
let poison: string | undefined;

const file = (path: string, modified = 1) => ({ path, bytes: 1, modified });
const indexed = (): string[] => [...files.knownFiles().keys()].sort();
const told = (): string[] => problems.all().map(({ part, message }) => `${part}: ${message}`);

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'nightshift-indexing-'));
  const opened = await openMemoryDatabase(join(root, '.db'), [fileTables]);
  if (!opened.ok) throw new Error(opened.error.message);
  database = opened.value;
  files = new FileStore(database);
  problems = new Problems(() => undefined);
  isFull = false;
  poison = undefined;
  read = [];
  indexing = new SourceIndexing({
    root,
    database: {
      ...database,
      write: (work) => (isFull ? fail(failure('no-space', 'No space is left.')) : database.write(work)),
    },
    files,
    reader: {
      read: async (path): Promise<SourceFacts> => {
        read.push(path);
        return sampleFacts(['export const x = 1;']);
      },
      close: async () => undefined,
    },
    listeners: [
      {
        replaceFile: (path) => {
          if (path === poison) throw new RangeError('Maximum call stack size exceeded');
        },
        removeFiles: () => undefined,
      },
    ],
    problems,
    gate: async () => undefined,
    onDamaged: () => undefined,
    onWritten: () => undefined,
  });
});

afterEach(() => {
  indexing.close();
  database.close();
  rmSync(root, { recursive: true, force: true });
});

test('a removal that a full disk refused is done with the next try, and the problem ends', async () => {
  writeFileSync(join(root, 'gone.ts'), 'export const gone = 1;\n');
  await indexing.apply({ changed: [file('gone.ts')], removed: [] });
  rmSync(join(root, 'gone.ts'));
  isFull = true;
  await indexing.apply({ changed: [], removed: ['gone.ts'] });
  expect([indexing.pending, told()]).toEqual([1, ['index: No space is left.']]);
  isFull = false;
  await indexing.apply({ changed: [], removed: [] });
  expect([indexed(), indexing.pending, told()]).toEqual([[], 0, []]);
});

test('one file that cannot be worked with is left out and named, and the rest is indexed', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `f${String(index).padStart(2, '0')}.ts`);
  names.forEach((name) => writeFileSync(join(root, name), 'export const f = 1;\n'));
  poison = 'f17.ts';
  await indexing.apply({ changed: names.map((name) => file(name)), removed: [] });
  expect(indexed()).toEqual(names.filter((name) => name !== poison));
  expect(told()).toEqual(['files: f17.ts cannot be read (Maximum call stack size exceeded); the rest is indexed.']);
  poison = undefined;
  await indexing.apply({ changed: [file('f17.ts', 2)], removed: [] });
  expect([indexed(), told()]).toEqual([names, []]);
});

test('what cannot be read is named until it can be, or is gone', async () => {
  mkdirSync(join(root, 'folder.ts'));
  writeFileSync(join(root, 'a.ts'), 'export const a = 1;\n');
  await indexing.apply({ changed: [file('folder.ts'), file('a.ts')], removed: [] });
  expect(told()).toEqual([expect.stringMatching(/^files: folder\.ts cannot be read/)]);
  await indexing.apply({ changed: [], removed: ['folder.ts'] });
  expect([indexed(), told()]).toEqual([['a.ts'], []]);
});

test.skipIf(process.platform === 'win32')('a file that became a pipe holds nothing up', async () => {
  execFileSync('mkfifo', [join(root, 'pipe.ts')]);
  writeFileSync(join(root, 'b.ts'), 'export const b = 1;\n');
  await indexing.apply({ changed: [file('pipe.ts'), file('b.ts')], removed: [] });
  expect(indexed()).toEqual(['b.ts']);
  expect(told()).toEqual(['files: pipe.ts cannot be read (it is no regular file); the rest is indexed.']);
});

test('a forgotten file stays so when it changes, goes and comes again, and is not read', async () => {
  writeFileSync(join(root, 'secret.ts'), 'export const secret = 1;\n');
  await indexing.apply({ changed: [file('secret.ts')], removed: [] });
  database.write(() => files.forgetPath('secret.ts'));
  await indexing.apply({ changed: [file('secret.ts', 2)], removed: [] });
  await indexing.apply({ changed: [], removed: ['secret.ts'] });
  await indexing.apply({ changed: [file('secret.ts', 3)], removed: [] });
  expect(files.knownFile('secret.ts')).toMatchObject({ state: 'forgotten' });
  expect([read, files.counts().files]).toEqual([['secret.ts'], 0]);
});
