import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemporaryRepository } from '../../repository/temporaryRepository.ts';
import { IndexView } from './indexView.ts';

/** More runs where there is time for them. */
const runs = process.env['NIGHTSHIFT_LONG'] === '1' ? 60 : 6;

const names = [
  'a.ts',
  'b.ts',
  'A.ts',
  'dir/a.ts',
  'dir/deep/b.ts',
  'dir',
  'x.log',
  'dir/.gitignore',
  '.gitignore',
  '.nightshiftignore',
];
const texts = ['one', 'two', 'x.log\n', 'a.ts\n', 'dir/\n', '!x.log\n', '*\n', 'bin\0ary', ''];
const name = fc.constantFrom(...names);
const text = fc.constantFrom(...texts);

type Step =
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'git'; readonly words: readonly string[] }
  | { readonly kind: 'wait' };

const git = fc.constantFrom(
  ['add', '-A'],
  ['add', '-f', 'x.log'],
  ['commit', '-q', '--allow-empty', '-m', 'work'],
  ['commit', '-q', '-a', '-m', 'all'],
  ['checkout', '-q', '-f', 'main'],
  ['checkout', '-q', '-f', 'side'],
  ['checkout', '-q', '-B', 'side'],
  ['stash', '-q', '-u'],
  ['stash', 'pop', '-q'],
  ['reset', '-q', '--hard', 'HEAD~1'],
  ['reset', '-q', 'HEAD~1'],
  ['rm', '-q', '-r', '--cached', '.'],
  ['clean', '-q', '-f', '-d'],
  ['merge', '-q', '-m', 'merge', 'side'],
  ['merge', '--abort'],
  ['pack-refs', '--all'],
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), path: name, text }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), path: name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename' as const), path: name, to: name }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('git' as const), words: git }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
);

/** What the step changed, as a window would see it. */
function take(repository: TemporaryRepository, step: Exclude<Step, { kind: 'wait' }>): string[] {
  const at = (path: string): string => join(repository.root, path);
  try {
    if (step.kind === 'write') {
      mkdirSync(dirname(at(step.path)), { recursive: true });
      writeFileSync(at(step.path), step.text);
      return [step.path];
    }
    if (step.kind === 'remove') {
      rmSync(at(step.path), { recursive: true, force: true });
      return [step.path];
    }
    if (step.kind === 'rename') {
      mkdirSync(dirname(at(step.to)), { recursive: true });
      renameSync(at(step.path), at(step.to));
      return [step.path, step.to];
    }
    repository.git(...step.words);
    // Nothing that Git keeps for itself tells of this one.
    return step.words[0] === 'clean' ? names : [];
  } catch {
    // Not every sequence of steps is possible: a folder in the way, nothing to commit.
  }
  return [];
}

const byPath = (a: readonly [string, string], b: readonly [string, string]): number => (a[0] < b[0] ? -1 : 1);

const stateOf = (view: IndexView): string =>
  JSON.stringify([[...view.texts].toSorted(byPath), [...view.skipped].toSorted(byPath)]);

async function compare(steps: readonly Step[], watched: boolean): Promise<void> {
  const repository = new TemporaryRepository();
  repository.commit({ 'a.ts': 'one', 'dir/a.ts': 'one' });
  const window = { windowWatches: true, smallTree: 0 };
  const view = new IndexView({ root: repository.root, ...(watched ? {} : window) });
  const views = [view];
  try {
    await view.watcher.start(new Map());
    for (const one of steps) {
      if (one.kind === 'wait') {
        const batches = view.batches.length;
        const end = Date.now() + 30;
        await view.until('a moment', () => view.batches.length > batches || Date.now() > end);
      } else {
        const seen = take(repository, one);
        if (!watched) {
          view.watcher.hint(seen);
        }
      }
    }
    const fresh = new IndexView({ root: repository.root, ...window });
    views.push(fresh);
    await fresh.watcher.start(new Map());
    const end = Date.now() + 10_000;
    await view.until('the same as from nothing', () => stateOf(view) === stateOf(fresh) || Date.now() > end);
    expect(stateOf(view)).toBe(stateOf(fresh));
    for (const path of [...fresh.paths, ...fresh.skipped.keys()]) {
      expect(await view.watcher.explain(path)).toBe(fresh.skipped.get(path));
      expect(existsSync(join(repository.root, path))).toBe(true);
    }
  } finally {
    await Promise.all(views.map((one) => one.watcher.close()));
    repository.remove();
  }
}

for (const [watched, how] of [
  [true, 'a watched tree'],
  [false, 'hints of a window'],
] as const) {
  test(
    `whatever is done to files and with git, ${how} end with what a look from nothing finds`,
    { timeout: 1_200_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 24, size: 'max' }), (steps) =>
          compare(steps, watched),
        ),
        { numRuns: runs, endOnFailure: process.env['NIGHTSHIFT_LONG'] !== '1' },
      );
    },
  );
}
