import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Memory } from '../../../src/indexer/memory.ts';
import type { MemoryStatus, RecallQuery, RecallResult } from '../../../src/protocol/memory.ts';
import { sampleEpisode } from '../../fakes/sampleMemory.ts';
import { must, signal, TemporaryRepository } from '../repository/temporaryRepository.ts';

let repository: TemporaryRepository;
let memory: Memory;
let directory: string;
let told: MemoryStatus[];

beforeEach(() => {
  repository = new TemporaryRepository();
  directory = join(repository.folder, 'index');
  mkdirSync(directory);
  repository.commit({
    'src/cart.ts': 'export const basket = 0; // parcels\n',
    'src/hidden.ts': 'export const parcels = 1;\n',
    'out/made.ts': 'export const parcels = 2;\n',
  });
  told = [];
});

afterEach(async () => {
  await memory.close();
  repository.remove();
});

async function open(episodes = [sampleEpisode()]): Promise<void> {
  const settings = { embedding: { by: 'none' as const }, exclude: ['out'], windowWatches: false, paused: false };
  memory = await Memory.open({ ...settings, root: repository.root, directory }, repository.folder, (status) =>
    told.push(status),
  );
  if (episodes.length > 0) {
    must(await memory.answer('setEpisodes', { episodes }, signal));
  }
}

async function ask(query: string, changes: Partial<RecallQuery> = {}): Promise<RecallResult> {
  const answered = await memory.answer('recall', { query, count: 10, snippetTokens: 200, ...changes }, signal);
  return must(answered) as RecallResult;
}

const paths = ({ hits }: RecallResult) => hits.map(({ path, episode }) => path ?? episode?.id);

/** In the place of the index, so that it can be neither opened nor made anew. */
const inTheWay = (): string => join(directory, 'memory.db');

describe('a memory whose index cannot be opened', () => {
  it('says so, tries again with each question, and answers from what was solved and what Git finds', async () => {
    mkdirSync(inTheWay());
    await open();
    const message =
      /^The index .*memory\.db failed \(.*\): see that its folder is on a disk that works, or rebuild it\.$/;
    await vi.waitFor(() => {
      const problems = [{ part: 'database', message: expect.stringMatching(message) }];
      expect(told.at(-1)).toMatchObject({ state: 'failed', episodes: 1, problems });
    });
    const found = await ask('basket');
    expect(found.hits).toMatchObject([
      { path: 'src/cart.ts', reasons: [{ by: 'words', text: expect.stringMatching(/"basket".*git grep/) }] },
    ]);
    expect(found.missing).toEqual([expect.stringMatching(/^names, commits, the graph and meaning: The index /)]);
    expect(paths(await ask('empty cart', { kinds: ['episode'] }))).toEqual(['episode-1']);
    expect(paths(await ask('basket', { kinds: ['test'] }))).toEqual([]);
    const since = await ask('basket', { since: '2020-01-01T00:00:00Z' });
    expect(since).toMatchObject({
      hits: [],
      missing: [found.missing[0], expect.stringMatching(/^files: only the index/)],
    });
    expect(await memory.answer('graph', { entity: 'src/cart.ts', question: 'around', count: 5 }, signal)).toMatchObject(
      {
        error: { reason: 'failed', message: expect.stringMatching(message) },
      },
    );
    expect(await memory.answer('hint', { changed: ['src/cart.ts'], used: [] }, signal)).toMatchObject({ ok: true });

    rmdirSync(inTheWay());
    const mended = must(await memory.answer('status', {}, signal));
    expect(mended).toMatchObject({ episodes: 1, problems: [] });
    expect((mended as MemoryStatus).state).not.toBe('failed');
  });

  it('finds in no way what was forgotten or is not indexed, and no file where it is not known what that is', async () => {
    mkdirSync(inTheWay());
    writeFileSync(join(directory, 'forgotten.json'), JSON.stringify(['src/hidden.ts']));
    await open();
    expect(paths(await ask('parcels'))).toEqual(['src/cart.ts']);
    writeFileSync(join(directory, 'forgotten.json'), '[');
    const unsure = await ask('parcels cart');
    expect(paths(unsure)).toEqual(['episode-1']);
    expect(unsure.missing).toEqual([expect.stringMatching(/^files, names, .*: .*forgotten\.json cannot be read/)]);
  });

  it('says so where the repository is none for Git, and where the search is taken back', async () => {
    mkdirSync(inTheWay());
    await open();
    rmSync(join(repository.root, '.git'), { recursive: true });
    expect((await ask('basket')).missing).toEqual([
      expect.stringMatching(/^names, /),
      expect.stringMatching(/^files: .* is in no repository/),
    ]);
    const stopped = await memory.answer(
      'recall',
      { query: 'basket', count: 10, snippetTokens: 200 },
      AbortSignal.abort(),
    );
    expect(stopped).toMatchObject({ ok: true, value: { hits: [], missing: [expect.anything(), expect.anything()] } });
  });

  it('has what cannot be opened removed where something solved is forgotten, but not one that another process writes', async () => {
    writeFileSync(join(directory, 'forgotten.json'), '[');
    writeFileSync(inTheWay(), 'Fix the total of an empty cart');
    await open();
    must(await memory.answer('forget', { what: 'task', task: 'task-7h2k9m4q1x' }, signal));
    expect(readdirSync(directory)).toEqual(['forgotten.json']);
    rmSync(join(directory, 'forgotten.json'));
    await memory.close();

    const other = new DatabaseSync(inTheWay());
    other.exec('CREATE TABLE x (a); BEGIN EXCLUSIVE');
    try {
      await open([]);
      const refused = await memory.answer('forget', { what: 'task', task: 'task-7h2k9m4q1x' }, signal);
      expect(refused).toMatchObject({ error: { reason: 'in-use', message: expect.stringMatching(/end it, then/) } });
      expect(existsSync(inTheWay())).toBe(true);
    } finally {
      other.close();
    }
  });
});

describe('an index of another kind', () => {
  it.each([
    ['is damaged', () => writeFileSync(inTheWay(), 'no database '.repeat(1_000))],
    ['is a database of another program', () => edit('CREATE TABLE bookmarks (url TEXT)')],
    [
      'was written by a newer Nightshift',
      () =>
        edit(
          "PRAGMA application_id = 0x4e534d4d; CREATE TABLE table_groups (name TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT; INSERT INTO table_groups VALUES ('files', 900)",
        ),
    ],
  ])('that %s is kept under another name and made anew, and that is said', async (words, spoil) => {
    spoil();
    await open();
    const status = must(await memory.answer('status', {}, signal));
    const message = expect.stringMatching(
      new RegExp(`^The index that was here ${words} and was made anew; .*memory\\.db\\.`),
    );
    expect(status).toMatchObject({ episodes: 1, problems: expect.arrayContaining([{ part: 'database', message }]) });
  });

  function edit(sql: string): void {
    const database = new DatabaseSync(inTheWay());
    database.exec(sql);
    database.close();
  }
});
