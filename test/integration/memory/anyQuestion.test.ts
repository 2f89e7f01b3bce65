import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recall } from '../../../src/core/memory/recall/recall.ts';
import { readStackTrace } from '../../../src/core/memory/recall/stackTrace.ts';
import { commitTables, CommitStore } from '../../../src/node/memory/sqlite/commitTables.ts';
import { episodeTables } from '../../../src/node/memory/sqlite/episodeTables.ts';
import { FileStore, fileTables } from '../../../src/node/memory/sqlite/fileTables.ts';
import { type MemoryDatabase, openMemoryDatabase } from '../../../src/node/memory/sqlite/openMemoryDatabase.ts';
import { createWordSearch } from '../../../src/node/memory/sqlite/wordSearch.ts';
import type { RecallQuery } from '../../../src/protocol/memory.ts';
import { createRandom } from '../../eval/recall/measures.ts';
import { must } from '../repository/temporaryRepository.ts';
import { sampleFacts } from './sampleFacts.ts';

const long = process.env['NIGHTSHIFT_LONG'] === '1';
const chunks = long ? 50_000 : 6_000;
const chunksOfFile = 5;
/** Milliseconds, the best of some tries. The short form only shows that nothing hangs: it may run beside anything. */
const bound = long ? 100 : 1_000;

const random = createRandom(7);

/** Few words come often and many seldom, as in any text: from `w8`, which stands in two of three chunks, on. */
const text = (): string =>
  Array.from({ length: 60 }, () => `w${Math.floor(5_000 ** (0.25 + 0.75 * random()))}`)
    .join(' ')
    .replace(/(.{60}) /g, '$1\n');

const trace = `TypeError: total is undefined\n${Array.from(
  { length: 2_000 },
  (_, line) => `    at Cart.add${line % 37} (/app/src/file${line % 97}.ts:${line}:12)`,
).join('\n')}`;

/** By what is asked; whether there is an answer. */
const questions: Readonly<Record<string, readonly [query: string, found: boolean]>> = {
  'one letter': ['q', false],
  'one letter that stands in the text': ['w', false],
  'one character of a script without spaces': ['検', true],
  'nothing but such a script': ['検索の結果を表示する時に発生した問題を修正しました'.repeat(40), true],
  punctuation: ['!@#$%^&*()_+{}|:"<>?-=[]\\;\',./`~'.repeat(50), false],
  blanks: [' \n\t'.repeat(1_000), false],
  'the most frequent word': ['w8', true],
  'frequent words only': ['w8 w9 w10 w11 w12', true],
  'one long word': ['x'.repeat(100_000), false],
  'a long text of frequent words': ['w8 w9 w10 w11 '.repeat(8_000), true],
  'a long text of any words': [Array.from({ length: 300 }, text).join(' ').slice(0, 100_000), true],
  'a long text without a blank line': ['src/file1.ts:'.repeat(8_000), true],
  'a stack trace of 2,000 lines': [trace, true],
  'a quotation mark': ['"', false],
  'an open quotation': ['"w30 w8', true],
  'a star': ['*', false],
  'an open NEAR': ['NEAR(', false],
  'a NEAR of words': ['NEAR(w30 w8, 5)', true],
  'a column': ['body:w30', true],
  'words of a language of queries': ['path:w30 AND NOT (w8 OR {w9} : ^w10*', true],
  'an injection': ["'; DROP TABLE files; --", true],
};

describe(`any question to ${chunks} chunks`, () => {
  let directory: string;
  let database: MemoryDatabase;
  let ask: (query: string, more?: Partial<RecallQuery>) => ReturnType<typeof recall>;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'nightshift-any-'));
    database = must(await openMemoryDatabase(directory, [fileTables, commitTables, episodeTables]));
    const files = new FileStore(database);
    must(
      database.write(() => {
        for (let file = 0; file < chunks / chunksOfFile; file += 1) {
          const texts = Array.from({ length: chunksOfFile }, text);
          const more =
            file === 3 ? ['検索', 'drop the table', 'w4321x beside none', 'w4321x beside w16', 'w8 '.repeat(60)] : [];
          files.replaceFile(
            { path: `src/file${file}.ts`, bytes: 1, modified: 1 },
            sampleFacts(more.length === 0 ? texts : more),
          );
        }
        new CommitStore(database).addCommits(
          Array.from({ length: chunks / 10 }, (_, at) => ({
            id: String(at).padStart(40, '0'),
            author: '',
            time: at,
            subject: text().slice(0, 60),
            body: '',
            files: [`src/file${at}.ts`],
          })),
        );
      }),
    );
    const words = createWordSearch(database, files);
    ask = (query, more) =>
      recall({ query, count: 10, snippetTokens: 2_000, ...more }, { words }, { frames: readStackTrace(query).frames });
  });
  afterAll(() => {
    database.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(Object.entries(questions))(`is answered at once: %s`, async (_name, [query, found]) => {
    let best = Number.POSITIVE_INFINITY;
    for (let times = 0; times < 5; times += 1) {
      const begun = performance.now();
      const { hits, missing } = await ask(query);
      best = Math.min(best, performance.now() - begun);
      expect(missing).toContain('vectors: no embedding model');
      expect(hits.length > 0).toBe(found);
      expect(hits.length).toBeLessThanOrEqual(10);
    }
    expect(best).toBeLessThan(bound);
  });

  it('is led by its rarest words, and told apart by those that stand in many places', async () => {
    const { hits } = await ask('w4321x w18 w20 w16', { kinds: ['code'] });
    expect(hits[0]).toMatchObject({ path: 'src/file3.ts', startLine: 31 });
  });

  it('leads to the innermost files of a stack trace', async () => {
    const { hits } = await ask(trace);
    expect(hits.slice(0, 3).map(({ path }) => path)).toEqual(['src/file0.ts', 'src/file1.ts', 'src/file2.ts']);
  });
});
