import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { episodeSchema } from '../../../src/protocol/memory.ts';
import { move } from '../../fakes/traceEvents.ts';
import { EpisodeShelf, sha256 } from './episodeShelf.ts';

const sum = { before: 'export const add = (a, b) => a - b;\n', after: 'export const add = (a, b) => a + b;\n' };

let shelf: EpisodeShelf;

beforeEach(() => {
  shelf = new EpisodeShelf();
  shelf.repository.commit({ 'src/sum.js': sum.before, 'README.md': 'Sums.\n' });
});

afterEach(() => shelf.remove());

const solve = (task = 'task-1', goal = 'Mend the zebrasum') => shelf.ready(task, goal, { 'src/sum.js': sum.after });

describe('the episodes of a workspace', () => {
  test('are not kept while the memory is turned off, and made from the traces once it is on, but for what was forgotten', async () => {
    shelf.isMemoryOn = false;
    const book = await shelf.host();
    await solve();
    await solve('task-2', 'Mend the yaksum');
    await book.refresh('task-1');
    await book.refresh('task-2');
    await book.lookAgain();
    expect(book.all()).toEqual([]);
    expect(existsSync(join(shelf.folder, 'task-1.json'))).toBe(false);
    await book.forget({ what: 'task', task: 'task-2' });
    shelf.isMemoryOn = true;
    shelf.catchUp();
    await book.lookAgain();
    expect(book.all()).toMatchObject([{ goal: 'Mend the zebrasum' }]);
    shelf.isMemoryOn = false;
    const kept = shelf.kept();
    await shelf.accept('task-1');
    await book.refresh('task-1');
    await book.lookAgain();
    expect(shelf.kept()).toEqual(kept);
  });

  test('are made when a task ends, follow what is decided, and are there for the next host', async () => {
    const book = await shelf.host();
    const told: number[] = [];
    book.onDidChange((episodes) => told.push(episodes.length));
    await solve();
    await book.refresh('task-1');
    expect(book.all()).toMatchObject([
      {
        id: 'episode-1',
        outcome: 'open',
        goal: 'Mend the zebrasum',
        files: ['src/sum.js'],
        approach: 'Did it for Mend the zebrasum',
        proof: 'green: All tests pass; 1 of 1 pass, 0 before',
        stale: false,
      },
    ]);
    await shelf.accept('task-1');
    await book.refresh('task-1');
    expect(book.all()).toMatchObject([{ outcome: 'accepted', stale: false }]);
    expect(told.length).toBeGreaterThanOrEqual(2);
    const kept = shelf.kept();
    expect(Object.keys(kept)).toEqual([join('episodes', 'task-1.json')]);
    expect(kept[join('episodes', 'task-1.json')]).not.toContain('a + b');
    const again = await shelf.host();
    expect(again.all()).toEqual(book.all());
    expect(episodeSchema.parse(JSON.parse(again.export().trimEnd()))).toEqual(book.all()[0]);
  });

  test('are made from the traces where their files are missing', async () => {
    await solve('task-1');
    await shelf.write('task-1', move('discard'));
    await solve('task-2', 'Again');
    const book = await shelf.host();
    await book.refresh('task-2');
    expect(book.all().map(({ task, outcome }) => [task, outcome])).toEqual(
      expect.arrayContaining([
        ['task-1', 'rejected'],
        ['task-2', 'open'],
      ]),
    );
  });
});

describe('an accepted episode', () => {
  const accepted = async () => {
    const book = await shelf.host();
    await solve();
    await shelf.accept('task-1');
    await book.refresh('task-1');
    const now = async () => {
      await book.lookAgain();
      const [episode] = book.all();
      return episode === undefined ? undefined : [episode.outcome, episode.stale];
    };
    expect(await now()).toEqual(['accepted', false]);
    return now;
  };

  test('that was committed and then reverted by a commit is reverted, and is accepted again when that is taken back', async () => {
    const now = await accepted();
    shelf.repository.commit();
    expect(await now()).toEqual(['accepted', false]);
    shelf.repository.git('revert', '--no-edit', 'HEAD');
    expect(await now()).toEqual(['reverted', false]);
    shelf.repository.commit({ 'src/sum.js': 'export const other = 1;\n' });
    expect(await now()).toEqual(['reverted', true]);
    shelf.repository.git('revert', '--no-edit', 'HEAD', 'HEAD~1');
    expect(await now()).toEqual(['accepted', false]);
  });

  test('that was thrown away in the working tree before any commit is reverted', async () => {
    const now = await accepted();
    shelf.repository.git('checkout', '--', 'src/sum.js');
    expect(await now()).toEqual(['reverted', false]);
  });

  test('is not reverted by a stash or by the checkout of another branch, also where it was edited before its commit', async () => {
    const now = await accepted();
    shelf.repository.git('stash');
    expect(await now()).toEqual(['accepted', true]);
    shelf.repository.git('stash', 'pop');
    expect(await now()).toEqual(['accepted', false]);
    shelf.repository.git('checkout', '-q', '-b', 'mended');
    appendFileSync(join(shelf.repository.root, 'src/sum.js'), '// by hand\n');
    shelf.repository.commit();
    expect(await now()).toEqual(['accepted', true]);
    shelf.repository.git('checkout', '-q', 'main');
    expect(await now()).toEqual(['accepted', true]);
  });

  test('is stale once others change its file, and says which', async () => {
    const now = await accepted();
    shelf.repository.commit({ 'README.md': 'More.\n' });
    expect(await now()).toEqual(['accepted', false]);
    shelf.repository.commit({ 'src/sum.js': `${sum.after}export const two = 2;\n` });
    expect(await now()).toEqual(['accepted', true]);
  });

  test('is looked at again soon after it is told that the code may have changed', async () => {
    const book = await shelf.host();
    await solve();
    await shelf.accept('task-1');
    await book.refresh('task-1');
    shelf.repository.write('src/sum.js', 'export const other = 1;\n');
    const changed = new Promise<void>((resolve) => book.onDidChange(() => resolve()));
    book.lookSoon();
    book.lookSoon();
    await changed;
    expect(book.all()).toMatchObject([{ outcome: 'accepted', stale: true, changedSince: ['src/sum.js'] }]);
  });
});

describe('forgetting', () => {
  const words = ['zebrasum', 'quaggaproduct'];

  async function two() {
    await shelf.ready('task-1', 'Mend the zebrasum', { 'src/sum.js': sum.after });
    await shelf.ready('task-2', 'Make the quaggaproduct', { 'lib/product.js': 'export const by = 1;\n' });
    const book = await shelf.host();
    await book.refresh('task-2');
    expect(book.all()).toHaveLength(2);
    return book;
  }

  const left = () => words.filter((word) => Object.values(shelf.kept()).some((text) => text.includes(word)));

  test.each([
    ['item', { what: 'episode', id: 'episode-1' }],
    ['task', { what: 'task', task: 'task-1' }],
    ['folder', { what: 'path', path: 'src/' }],
  ] as const)('by %s removes the bytes, and it does not come back', async (_name, wish) => {
    const book = await two();
    expect(await book.forget(wish)).toEqual({ ok: true, value: 1 });
    expect(left()).toEqual(['quaggaproduct']);
    expect(Object.keys(shelf.kept()).join()).not.toContain('task-1');
    expect(Object.keys(shelf.kept())).toContain(join('episodes', 'forgotten', sha256('task-1')));
    await shelf.write('task-1', move('discard'));
    await book.refresh('task-1');
    const again = await shelf.host();
    await again.refresh('task-1');
    expect([book, again].map((each) => each.all().map(({ task }) => task))).toEqual([['task-2'], ['task-2']]);
    expect(left()).toEqual(['quaggaproduct']);
  });

  test('all removes all, also of tasks whose file could not be read; what ends later is remembered', async () => {
    const book = await two();
    writeFileSync(join(shelf.folder, 'task-3.json'), '{"version":1,"goal":"zebrasum');
    const reopened = await shelf.host();
    expect(reopened.problems().join()).toContain('task-3.json could not be read');
    expect(left()).toEqual(words);
    expect(await reopened.forget({ what: 'all' })).toEqual({ ok: true, value: 2 });
    expect(left()).toEqual([]);
    expect(Object.values(shelf.kept()).join('')).toBe('');
    expect(reopened.all()).toEqual([]);
    await shelf.ready('task-4', 'Something new', { 'src/sum.js': sum.after });
    await reopened.refresh('task-4');
    expect(reopened.all().map(({ task }) => task)).toEqual(['task-4']);
    expect(book.all()).toHaveLength(2);
  });

  test('of what is not there removes nothing', async () => {
    const book = await two();
    for (const wish of [
      { what: 'episode', id: 'episode-9' },
      { what: 'task', task: '../task-1' },
      { what: 'path', path: 'src/su' },
    ] as const) {
      expect(await book.forget(wish)).toEqual({ ok: true, value: 0 });
    }
    expect(left()).toEqual(words);
  });

  test('that a killed host had begun is ended by the next one', async () => {
    const book = await two();
    mkdirSync(join(shelf.folder, 'forgotten'), { recursive: true });
    writeFileSync(join(shelf.folder, 'forgotten', sha256('task-1')), '');
    const next = await shelf.host();
    expect(next.all().map(({ task }) => task)).toEqual(['task-2']);
    expect(left()).toEqual(['quaggaproduct']);
    expect(book.all()).toHaveLength(2);
  });
});

describe('a file of an episode', () => {
  test('that is torn, empty or of another task is set aside with all its bytes, told of, and made again', async () => {
    await solve();
    const book = await shelf.host();
    await book.refresh('task-1');
    const path = join(shelf.folder, 'task-1.json');
    const damaged: string[] = [];
    for (const damage of [
      () => truncateSync(path, 40),
      () => truncateSync(path, 0),
      () => writeFileSync(path, readFileSync(path, 'utf8').replaceAll('task-1', 'task-2')),
    ]) {
      damage();
      damaged.push(readFileSync(path, 'utf8'));
      const next = await shelf.host();
      expect(next.all()).toEqual(book.all());
      expect(next.problems()).toHaveLength(damaged.length);
      expect(next.problems().join('\n')).toMatch(/task-1\.json could not be read .* set aside;/);
      const aside = readdirSync(shelf.folder).filter((name) => name.endsWith('.unreadable'));
      expect(aside.map((name) => readFileSync(join(shelf.folder, name), 'utf8')).sort()).toEqual(damaged.toSorted());
    }
  });

  test('of a newer version is neither read nor written, and can be forgotten', async () => {
    await solve();
    await (await shelf.host()).refresh('task-1');
    const path = join(shelf.folder, 'task-1.json');
    const newer = JSON.stringify({ version: 2, what: 'zebrasum', touched: ['src/sum.js'] });
    writeFileSync(path, newer);
    const book = await shelf.host();
    await shelf.write('task-1', move('discard'));
    await book.refresh('task-1');
    expect(book.all()).toEqual([]);
    expect(book.problems().join()).toMatch(/newer version of Nightshift .* update/);
    expect(readFileSync(path, 'utf8')).toBe(newer);
    expect((await book.forget({ what: 'path', path: 'src/sum.js' })).ok).toBe(true);
    expect(Object.values(shelf.kept()).join('')).toBe('');
  });

  test('that cannot be written costs nothing but a line, and is written by the next host', async () => {
    const book = await shelf.host();
    const inTheWay = join(shelf.folder, 'task-1.json');
    mkdirSync(join(inTheWay, 'a folder'), { recursive: true });
    await solve();
    await book.refresh('task-1');
    expect(book.all()).toHaveLength(1);
    expect(book.problems().join()).toMatch(/^Cannot keep the episode .*task-1\.json: .*try again\.$/);
    expect(shelf.kept()).toEqual({});
    rmSync(inTheWay, { recursive: true });
    await (await shelf.host()).refresh('task-1');
    expect(Object.keys(shelf.kept())).toEqual([join('episodes', 'task-1.json')]);
  });

  test('is not made where nobody can tell what was forgotten; that is told of, and the host starts', async () => {
    await solve();
    mkdirSync(join(shelf.directory, 'memory'));
    writeFileSync(shelf.folder, 'x');
    const book = await shelf.host();
    expect(book.all()).toEqual([]);
    expect(book.problems().length).toBeGreaterThan(0);
  });

  test('that was only being written is cleared away', async () => {
    mkdirSync(shelf.folder, { recursive: true });
    writeFileSync(join(shelf.folder, 'task-1.json.abc.draft'), 'zebrasum');
    await shelf.host();
    expect(shelf.kept()).toEqual({});
  });
});
