import { afterEach, beforeEach, expect, test } from 'vitest';
import { TemporaryRepository } from '../../repository/temporaryRepository.ts';
import { IndexView } from './indexView.ts';

let repository: TemporaryRepository;
let view: IndexView | undefined;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(async () => {
  await view?.watcher.close();
  repository.remove();
});

test('a file that is asked for while everything is looked at is told before the rest, and once', async () => {
  const files = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`src/f${1_000 + at}.ts`, `text ${at}`]));
  repository.commit({ ...files, 'zz/last.ts': 'the Quokka sleeps' });
  const looking = new IndexView({ root: repository.root, windowWatches: true, smallTree: 0 });
  view = looking;
  let asked: readonly string[] | undefined;
  looking.watcher.onChanges(async () => {
    if (asked === undefined) {
      asked = await looking.watcher.search(['quokka', 'sleeps'], 10, AbortSignal.timeout(10_000));
      looking.watcher.hint(asked);
    }
  });
  await looking.watcher.start(new Map());
  expect(asked).toEqual(['zz/last.ts']);
  const told = looking.batches.map(({ changed }) => changed.map(({ path }) => path));
  expect(told[1]).toEqual(['zz/last.ts']);
  expect(told.flat().filter((path) => path === 'zz/last.ts')).toHaveLength(1);
  expect(looking.paths).toHaveLength(2_001);
});

test('git is asked for all of the texts, as they are, in what it knows and in what is new, and for no more than is wanted', async () => {
  repository.commit({ 'both.ts': 'a.c\nsecond\n', 'one.ts': 'a.c\n', 'pattern.ts': 'abc\nsecond\n' });
  repository.write('new.ts', 'SECOND A.C\n');
  repository.write('.gitignore', 'ignored.ts\n');
  repository.write('ignored.ts', 'a.c second');
  view = new IndexView({ root: repository.root, windowWatches: true, smallTree: 0 });
  await view.watcher.start(new Map());
  const search = (texts: readonly string[], most: number): Promise<readonly string[]> | undefined =>
    view?.watcher.search(texts, most, AbortSignal.timeout(10_000));
  expect([...((await search(['a.c', 'second'], 10)) ?? [])].toSorted()).toEqual(['both.ts', 'new.ts']);
  expect(await search(['a.c'], 1)).toHaveLength(1);
  expect(await search(['nowhere at all'], 10)).toEqual([]);
  expect(await search(['-e'], 10)).toEqual([]);
});
