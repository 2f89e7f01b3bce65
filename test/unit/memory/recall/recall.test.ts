import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { recall } from '../../../../src/core/memory/recall/recall.ts';
import type { CommitScore, RecallSources, WordSearch } from '../../../../src/core/memory/recall/recallSources.ts';
import type { FileKind } from '../../../../src/core/memory/sourceFacts.ts';
import type { Episode, RecallQuery } from '../../../../src/protocol/memory.ts';

const texts: Readonly<Record<string, { kind: FileKind; text: string }>> = {
  'src/retry.ts': { kind: 'code', text: 'export function retry() {\n  // backoff\n}' },
  'test/retry.test.ts': { kind: 'test', text: 'test("again")' },
  'src/cart.ts': { kind: 'code', text: 'class Cart {}' },
  'README.md': { kind: 'document', text: 'How retry works' },
};

const commit: CommitScore = {
  id: 'c'.repeat(40),
  subject: 'Retry with backoff',
  body: '',
  author: 'A <a@example.invalid>',
  time: 1_700_000_000,
  score: 5,
  changed: 1,
  files: ['src/retry.ts'],
};

const episode: Episode = {
  id: 'e1',
  task: 't1',
  goal: 'TypeError in retry backoff',
  time: '2026-01-01T00:00:00Z',
  outcome: 'accepted',
  files: ['src/retry.ts'],
  approach: 'Count from one.',
  signature: ['TypeError'],
  proof: '',
  stale: false,
  changedSince: [],
};

/** Finds what has a word of the question in it, as an index would. */
function words(more: Partial<WordSearch> = {}): WordSearch {
  const find = (question: Parameters<WordSearch['files']>[0]) =>
    Object.entries(texts)
      .filter(([path]) => question.filter.accepts(path))
      .map(([path, { text }]) => ({
        path,
        score: question.terms.filter(({ word }) =>
          `${question.in === 'path' ? '' : text} ${path}`.toLowerCase().includes(word),
        ).length,
        ordinal: 0,
        startLine: 1,
        endLine: 3,
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  return {
    files: (question) => ok(find(question)),
    chunks: (question) => ok(question.phrases === undefined ? find(question) : []),
    commits: ({ filter }) => ok([{ ...commit, files: commit.files.filter(filter.accepts) }]),
    episodes: () => ok([]),
    churn: () => ok([]),
    commitsById: () => ok([]),
    episodesById: () => ok([]),
    namesakes: (path) =>
      ok(
        path.includes('retry')
          ? ['src/retry.ts', 'test/retry.test.ts'].map((one) => ({ path: one, kind: texts[one]?.kind ?? 'code' }))
          : [],
      ),
    endingWith: (path) => ok(Object.keys(texts).filter((known) => `/${known}`.endsWith(`/${path}`))),
    chunk: (path) => {
      const file = texts[path];
      return ok(file === undefined ? undefined : { path, ordinal: 0, startLine: 1, endLine: 3, ...file });
    },
    changedBetween: () => ok(new Set(['src/cart.ts'])),
    describe: (path) => (texts[path] === undefined ? undefined : { kind: texts[path].kind, language: 'typescript' }),
    ...more,
  };
}

async function ask(
  query: Partial<RecallQuery>,
  sources: Partial<RecallSources> = {},
  frames = [{ path: '/app/src/cart.ts', line: 1 }].slice(1),
) {
  return recall(
    { query: 'retry backoff', count: 10, snippetTokens: 500, ...query },
    { words: words(), ...sources },
    { frames },
  );
}

describe('recall', () => {
  it('gives files, and commits, with reasons and snippets, the best first', async () => {
    const { hits, missing, understood } = await ask({});
    expect(hits.map(({ kind, path }) => path ?? kind)).toEqual(
      expect.arrayContaining(['src/retry.ts', 'test/retry.test.ts', 'README.md', 'commit']),
    );
    const file = hits.find(({ path }) => path === 'src/retry.ts');
    expect(file?.reasons.map(({ by }) => by)).toEqual(expect.arrayContaining(['words', 'name', 'history']));
    expect(file?.reasons[0]?.text).toMatch(/"retry"|Retry/);
    expect(file?.snippet).toContain('backoff');
    expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(missing).toEqual(['vectors: no embedding model']);
    expect(understood).toEqual({ terms: ['retry', 'backoff'], frames: 0 });
  });

  it('says that the end of a long question was not read', async () => {
    const long = `retry backoff ${'lorem '.repeat(4_000)}`;
    const { hits, missing } = await ask({ query: long });
    expect(hits.length).toBeGreaterThan(0);
    expect(missing).toContain('the rest of the question: words of its first 20,000 characters are looked for');
    expect((await ask({ query: long.slice(0, 20_000) })).missing).toEqual(['vectors: no embedding model']);
  });

  it('gives only what was asked for, once each, and no more than asked', async () => {
    const { hits } = await ask({ kinds: ['code', 'test'] });
    expect(hits.map(({ path }) => path)).toEqual(['src/retry.ts', 'test/retry.test.ts']);
    expect((await ask({ count: 1 })).hits).toHaveLength(1);
    expect((await ask({ kinds: ['document'] })).hits.map(({ path }) => path)).toEqual(['README.md']);
    expect((await ask({ kinds: ['commit'] })).hits.map(({ kind }) => kind)).toEqual(['commit']);
    expect((await ask({ paths: ['src/**'], kinds: ['code', 'test'] })).hits.map(({ path }) => path)).toEqual([
      'src/retry.ts',
    ]);
    expect((await ask({ kinds: ['code'], since: '2026-01-01T00:00:00Z' })).hits).toEqual([]);
    expect((await ask({ kinds: [] })).hits).toEqual([]);
  });

  it('puts what is tested before its test, unless the question speaks of tests', async () => {
    const alike = words({
      files: () => ok(['test/retry.test.ts', 'src/cart.ts'].map((path) => ({ path, score: 1 }))),
      chunks: () => ok([]),
      commits: () => ok([]),
      namesakes: () => ok([]),
    });
    const first = async (query: string) =>
      (await ask({ query, kinds: ['code', 'test'] }, { words: alike })).hits.map(({ path }) => path)[0];
    expect(await first('retry')).toBe('src/cart.ts');
    expect(await first('test: retry')).toBe('test/retry.test.ts');
  });

  it('puts the place that a stack trace names first, with its line', async () => {
    const { hits, understood } = await ask({}, {}, [{ path: '/app/src/cart.ts', line: 1 }]);
    expect(hits[0]?.path).toBe('src/cart.ts');
    expect(hits[0]?.reasons[0]).toEqual({ by: 'trace', text: 'line 1 is named in the question' });
    expect(understood.frames).toBe(1);
  });

  it('gives commits and tasks that a frame leads to, with the frame, beside those whose words fit', async () => {
    const other = { ...commit, id: 'd'.repeat(40), subject: 'Weigh parcels', files: ['src/cart.ts'] };
    const solved = { ...episode, id: 'e2', goal: 'Weigh parcels twice', files: ['src/cart.ts'], signature: [] };
    const trace = () => [
      { kind: 'file' as const, id: 'src/cart.ts', line: 1, weight: 1, reason: 'frame 1: add at src/cart.ts:1' },
      { kind: 'commit' as const, id: other.id, weight: 0.6, reason: 'touched src/cart.ts of frame 1' },
      { kind: 'task' as const, id: 'e2', weight: 0.8, reason: 'changed src/cart.ts of frame 1' },
    ];
    const searched = words({ commitsById: () => ok([other]), episodesById: () => ok([solved]) });
    const frames = [{ path: '/app/src/cart.ts', line: 1 }];
    const { hits } = await ask({}, { words: searched, trace }, frames);
    expect(hits[0]?.path).toBe('src/cart.ts');
    expect(hits[0]?.reasons[0]).toEqual({ by: 'trace', text: 'frame 1: add at src/cart.ts:1' });
    expect(hits.find(({ commit: found }) => found?.id === other.id)?.reasons).toEqual([
      { by: 'trace', text: 'touched src/cart.ts of frame 1' },
    ]);
    expect(hits.find(({ commit: found }) => found?.id === commit.id)?.reasons.map(({ by }) => by)).toEqual(['words']);
    expect(hits.find(({ episode: found }) => found?.id === 'e2')?.reasons).toEqual([
      { by: 'trace', text: 'changed src/cart.ts of frame 1' },
      { by: 'episode', text: '"cart" in a task that was accepted' },
    ]);
    const narrow = await ask({ kinds: ['commit', 'episode'], paths: ['test/**'] }, { words: searched, trace }, frames);
    expect(narrow.hits).toEqual([]);
    const plain = await ask({}, { words: searched, trace });
    expect(plain.hits.flatMap(({ reasons }) => reasons).filter(({ by }) => by === 'trace')).toEqual([]);
  });

  it('puts a task with an error like that of the trace before one with only its words', async () => {
    const tasks = [
      { ...episode, id: 'e2', goal: 'retry', signature: ['error RangeError: <n> is too big'] },
      { ...episode, id: 'e3', goal: 'Count', signature: ['error TypeError: Cannot read properties of undefined'] },
    ];
    const searched = words({
      episodes: ({ terms }) =>
        ok(
          tasks
            .filter((_, index) => terms.some(({ word }) => word === (index === 0 ? 'retry' : 'undefined')))
            .map((one) => ({ episode: one, score: 1 })),
        ),
    });
    const { hits } = await recall(
      { query: 'retry backoff', kinds: ['episode'], count: 10, snippetTokens: 0 },
      { words: searched },
      { errors: ['SyntaxError: undefined is no token'] },
    );
    expect(hits.map(({ episode: found }) => found?.id)).toEqual(['e2']);
    const alike = await recall(
      { query: 'retry backoff', kinds: ['episode'], count: 10, snippetTokens: 0 },
      { words: searched },
      { errors: ['TypeError: Cannot read properties of undefined'] },
    );
    expect(alike.hits.map(({ episode: found }) => found?.id)).toEqual(['e3', 'e2']);
    expect(alike.hits[0]?.reasons[0]).toEqual({
      by: 'trace',
      text: 'its error was TypeError: Cannot read properties of undefined',
    });
  });

  it('takes in what is alike in meaning, and what stands beside the best in the graph', async () => {
    const { hits, missing } = await ask(
      { kinds: ['code'] },
      {
        vectors: (_text, _count, accepts) =>
          Promise.resolve(
            ok(
              ['src/cart.ts', 'README.md']
                .filter(accepts)
                .map((owner) => ({ owner, hash: '', ordinal: 0, startLine: 1, endLine: 1, score: 0.9 })),
            ),
          ),
        neighbours: (seeds) => [{ path: 'src/cart.ts', weight: 1, text: `imported by ${seeds[0]}` }],
      },
    );
    expect(missing).toEqual([]);
    expect(hits.find(({ path }) => path === 'src/cart.ts')?.reasons.map(({ by }) => by)).toEqual(['vector', 'graph']);
    expect(hits.every(({ kind }) => kind === 'code')).toBe(true);
  });

  it('raises by what changes often only what fits by something else', async () => {
    const churn = () => ok(['src/cart.ts', 'src/retry.ts'].map((path, index) => ({ path, score: 9 - index })));
    const { hits } = await ask({ kinds: ['code', 'test', 'document'] }, { words: words({ churn }) });
    expect(hits.map(({ path }) => path)).not.toContain('src/cart.ts');
    expect(hits.find(({ path }) => path === 'src/retry.ts')?.reasons).toContainEqual({
      by: 'recency',
      text: 'changed often, lately',
    });
  });

  it('answers from the rest when a part fails, and says which', async () => {
    const broken = failure('failed', 'broken.');
    const { hits, missing } = await ask(
      {},
      {
        words: words({ chunks: () => fail(broken), commits: () => fail(broken) }),
        vectors: () => Promise.resolve(fail(broken)),
      },
    );
    expect(hits.some(({ path }) => path === 'src/retry.ts')).toBe(true);
    expect(missing).toEqual(['vectors: broken.', 'words: broken.', 'commits: broken.']);
  });

  it('puts the task that solved the like first, and counts it less where its work was thrown away', async () => {
    const solved = await ask(
      { query: 'TypeError in retry backoff' },
      { words: words({ episodes: () => ok([{ episode, score: 3 }]) }) },
    );
    expect(solved.hits[0]).toMatchObject({ kind: 'episode', episode: { id: 'e1', outcome: 'accepted' } });
    const thrown = { ...episode, outcome: 'reverted' as const, stale: true };
    const other = await ask(
      { query: 'TypeError in retry backoff' },
      { words: words({ episodes: () => ok([{ episode: thrown, score: 3 }]) }) },
    );
    const score = other.hits.find(({ kind }) => kind === 'episode')?.score ?? 0;
    expect(score).toBeLessThan((solved.hits[0]?.score ?? 0) / 2);
  });

  it('leaves out what only changes often', async () => {
    const often = words({ churn: () => ok(['src/cart.ts', 'src/retry.ts'].map((path) => ({ path, score: 1 }))) });
    const { hits } = await ask({ kinds: ['code'] }, { words: often });
    expect(hits.map(({ path }) => path)).toEqual(['src/retry.ts']);
    expect(hits[0]?.reasons).toContainEqual({ by: 'recency', text: 'changed often, lately' });
  });

  it('says of a commit that shares no word in its message which files it was found by', async () => {
    const quiet = words({ commits: () => ok([{ ...commit, subject: 'Ask the shop again' }]) });
    const { hits } = await ask({ kinds: ['commit'] }, { words: quiet });
    expect(hits[0]?.reasons).toEqual([{ by: 'name', text: '"retry" in the path of a file it changed' }]);
  });

  it('tells the line that the question names, and none where it names none', async () => {
    const { hits } = await ask({}, {}, [{ path: '/app/src/cart.ts', line: 2 }]);
    expect(hits.map(({ path, line }) => [path, line])).toEqual(
      expect.arrayContaining([
        ['src/cart.ts', 2],
        ['src/retry.ts', undefined],
      ]),
    );
  });

  it('keeps all snippets together within the tokens', async () => {
    const { hits } = await ask({ snippetTokens: 12 });
    expect(hits.map(({ snippet }) => snippet ?? '').join('').length).toBeLessThanOrEqual(12 * 4);
    expect((await ask({ snippetTokens: 0 })).hits.some(({ snippet }) => snippet !== undefined)).toBe(false);
  });
});
