import { describe, expect, test } from 'vitest';
import { type MemoryStatus, skipReasons } from '../../../../src/protocol/memory.ts';
import { type MemoryNode, memoryNodes } from '../../../../src/vscode/memory/memoryNodes.ts';
import { memoryStatus, sampleEpisode } from '../../../fakes/sampleMemory.ts';

const root = '/home/me/app';

function rows(changes: Partial<MemoryStatus> = {}, problem?: string): readonly MemoryNode[] {
  return memoryNodes([{ root, status: memoryStatus(changes), episodes: [sampleEpisode()], problem }]);
}

const texts = (nodes: readonly MemoryNode[]): readonly string[] =>
  nodes.map(({ label, description }) => `${label} | ${description}`);

function named(nodes: readonly MemoryNode[], context: string): MemoryNode {
  const found = nodes.find((node) => node.context === context);
  if (found === undefined) {
    throw new Error(`No row is a ${context}.`);
  }
  return found;
}

describe('rows of the Memory view', () => {
  test('show how the memory stands and how much is in it', () => {
    expect(texts(rows())).toEqual([
      'Ready | 52.4 MB',
      'Files | 1,204 · 332 left out',
      'Chunks | 8,410',
      'Symbols | 5,120',
      'Commits | 920',
      'Vectors | no model',
      'Solved Before | 3',
    ]);
  });

  test('show how far the indexing and the vectors are', () => {
    const now = rows({
      state: 'indexing',
      files: { known: 1_000, indexed: 333, skipped: {} },
      vectors: { state: 'embedding', model: 'small', done: 50, total: 200 },
    });
    expect(texts(now).slice(0, 2)).toEqual(['Indexing | 33% of files', 'Files | 333 of 1,000']);
    expect(named(now, 'memory.vectors.embedding')).toMatchObject({
      description: '50 of 200, 25%',
      facts: ['Model: small'],
    });
  });

  test.each([
    ['user', 'until you resume it'],
    ['battery', 'on battery'],
    ['load', 'while the machine is busy'],
  ] as const)('say why it is paused: %s', (paused, words) => {
    expect(texts(rows({ state: 'paused', paused }))[0]).toBe(`Paused | ${words}`);
  });

  test('say to menus whether the person paused it, of each repository for itself', () => {
    const one = { root: '/home/me/one', status: memoryStatus(), episodes: [] };
    const two = { root: '/home/me/two', status: memoryStatus({ state: 'paused', paused: 'user' }), episodes: [] };
    const shown = memoryNodes([one, two]);
    expect(shown.map(({ context, children }) => [context, children[0]?.context])).toEqual([
      ['memory.root.pausable', 'memory.status.ready.pausable'],
      ['memory.root.resumable', 'memory.status.paused.resumable'],
    ]);
  });

  test.each(['starting', 'scanning', 'indexing', 'embedding', 'ready', 'paused', 'failed'] as const)(
    'name every state: %s',
    (state) => {
      const [first] = rows({ state, files: { known: 0, indexed: 0, skipped: {} } });
      expect(first?.label).not.toBe('');
      expect(first?.context).toBe(`memory.status.${state}.pausable`);
      expect(first?.description).not.toMatch(/NaN/);
    },
  );

  test('group what is left out by its reason, the most first', () => {
    const files = { known: 5, indexed: 5, skipped: { binary: 2, ignored: 40, 'too-large': 3, link: 0 } };
    const [left] = named(rows({ files }), 'memory.files').children;
    expect(left).toMatchObject({ label: 'Left out', description: '45' });
    expect(texts(left?.children ?? [])).toEqual([
      'Ignored by git or .nightshiftignore | 40',
      'Too large | 3',
      'Binary | 2',
    ]);
  });

  test('have words for every reason that the index can give', () => {
    const skipped = Object.fromEntries(skipReasons.map((reason) => [reason, 1]));
    const [left] = named(rows({ files: { known: 1, indexed: 1, skipped } }), 'memory.files').children;
    const labels = (left?.children ?? []).map(({ label }) => label);
    expect(labels).toHaveLength(skipReasons.length);
    expect(labels.filter((label) => !/^[A-Z]/.test(label))).toEqual([]);
  });

  test('show each problem with a way out of it, and offer no rebuild for a full disk', () => {
    const problems: MemoryStatus['problems'] = [
      { part: 'vectors', message: 'The model folder lacks tokenizer.json: choose another one.' },
      { part: 'indexer', message: 'The indexer ended five times; rebuild the memory.' },
      { part: 'index', message: 'No space is left on the disk; make room.' },
    ];
    const watching = { by: 'none' as const, problem: 'Too many files are watched.' };
    const shown = rows({ problems, watching }, 'No folder of a model is set.').filter(
      ({ context }) => context === 'memory.problem',
    );
    expect(shown.map(({ label, command }) => [label, command?.id])).toEqual([
      ['No folder of a model is set.', 'nightshift.setUpMeaning'],
      [problems[0]?.message, 'nightshift.setUpMeaning'],
      [problems[1]?.message, 'nightshift.rebuildMemory'],
      [problems[2]?.message, 'nightshift.showLog'],
      ['Too many files are watched.', 'nightshift.showLog'],
    ]);
    expect(shown[2]?.command?.values).toEqual([{ root }]);
  });

  test('show what was solved before, with its outcome, and a mark where the code changed since', () => {
    const episodes = [
      sampleEpisode(),
      sampleEpisode({
        id: 'two',
        outcome: 'reverted',
        stale: true,
        changedSince: ['src/cart.ts'],
        goal: 'a\u202eb\nmore',
      }),
    ];
    const before = named(memoryNodes([{ root, status: memoryStatus(), episodes }]), 'memory.episodes');
    expect(
      before.children.map(({ label, description, context, icon }) => [label, description, context, icon.name]),
    ).toEqual([
      ['Fix the total of an empty cart', 'accepted · 2026-11-20', 'memory.episode', 'pass-filled'],
      ['a<U+202E>b', 'reverted · code changed since · 2026-11-20', 'memory.episode.stale', 'history'],
    ]);
    expect(before.children[1]?.facts).toContain('Changed since: src/cart.ts');
    expect(before.children[0]?.command).toMatchObject({
      id: 'nightshift.openEpisode',
      values: [{ root, task: 'task-7h2k9m4q1x' }],
    });
  });

  test('of several repositories stand below their names, and no two rows have the same id', () => {
    const both = memoryNodes([
      { root: '/a/one', status: memoryStatus(), episodes: [sampleEpisode()] },
      { root: '/a/two', status: memoryStatus({ state: 'indexing' }), episodes: [sampleEpisode()] },
    ]);
    expect(texts(both)).toEqual(['one | Ready', 'two | Indexing']);
    const ids = (nodes: readonly MemoryNode[]): string[] => nodes.flatMap(({ id, children }) => [id, ...ids(children)]);
    expect(new Set(ids(both)).size).toBe(ids(both).length);
  });

  test('are none without a memory', () => {
    expect(memoryNodes([])).toEqual([]);
  });
});
