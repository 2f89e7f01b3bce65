import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { filesOf, fingerprint, must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
});

afterEach(() => {
  repository.remove();
});

const key = 'apply-4f0c2d';
const leftover = `.nightshift-${key}.tmp`;

function killApply(path: string): void {
  const script = join(import.meta.dirname, 'replaceAndDie.ts');
  const ended = spawnSync(process.execPath, [script, repository.root, path, key], { stdio: 'inherit' });
  expect(ended.signal).toBe('SIGKILL');
}

async function removeLeftovers(paths: readonly string[], of = key): Promise<void> {
  const store = await repository.open();
  await createCheckout({ root: repository.root, store }).removeLeftovers(of, paths);
}

describe('an apply that is killed on its way', () => {
  it('leaves a file that its key finds again, beside the target and nowhere else', async () => {
    repository.commit({ 'src/a.txt': 'a\n', 'b.txt': 'b\n' });
    const before = fingerprint(repository.root);
    killApply('src/a.txt');
    killApply('b.txt');
    expect(readdirSync(join(repository.root, 'src'))).toEqual([leftover, 'a.txt']);
    expect(readdirSync(repository.root)).toContain(leftover);
    await removeLeftovers(['src/a.txt', 'b.txt', 'not/there.txt']);
    expect(fingerprint(repository.root)).toEqual(before);
  });

  it('enters no snapshot with what it left', async () => {
    repository.commit({ 'src/a.txt': 'a\n' });
    killApply('src/a.txt');
    const store = await repository.open();
    const snapshot = must(await store.snapshot(signal));
    expect(Object.keys(await filesOf(store, snapshot.tree))).toEqual(['src/a.txt']);
    expect(snapshot).toMatchObject({ uncommitted: 0, excluded: [] });
  });
});

describe('removing leftovers', () => {
  it('touches no other file, no folder of that name, and nothing that a link leads to', async () => {
    repository.commit({ 'src/a.txt': 'a\n', 'sub/b.txt': 'b\n' });
    repository.write(`src/.nightshift-apply-other.tmp`, 'of another apply\n');
    repository.write('src/.nightshift-notes.txt', 'the user has this\n');
    repository.write(`unnamed/${leftover}`, 'beside no path that is asked\n');
    mkdirSync(join(repository.root, leftover));
    repository.write(`sub/${leftover}`, 'behind a link\n');
    renameSync(join(repository.root, 'sub'), join(repository.folder, 'outside'));
    symlinkSync(join(repository.folder, 'outside'), join(repository.root, 'sub'));
    symlinkSync(join(repository.root, 'src/a.txt'), join(repository.root, 'src', leftover));
    const before = fingerprint(repository.folder);
    await removeLeftovers(['src/a.txt', 'sub/b.txt', 'c.txt', '../outside/b.txt', '.git/config']);
    await removeLeftovers(['src/a.txt'], '../../outside');
    await removeLeftovers(['src/a.txt'], '*');
    const after = fingerprint(repository.folder);
    for (const found of [before, after]) {
      for (const path of Object.keys(found).filter((one) => one.startsWith('state'))) {
        delete found[path];
      }
    }
    expect(after).toEqual(before);
  });
});
