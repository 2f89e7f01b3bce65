import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FilePart } from '../../../src/core/changes/planFile.ts';
import type { FileToUndo, IncomingChange } from '../../../src/core/repository/repository.ts';
import { createCheckout } from '../../../src/node/changes/checkout.ts';
import { must, signal, TemporaryRepository } from './temporaryRepository.ts';

let repository: TemporaryRepository;

beforeEach(() => {
  repository = new TemporaryRepository();
  repository.git('config', 'core.autocrlf', 'false');
});

afterEach(() => {
  repository.remove();
});

let keys = 0;
const newKey = (): string => `apply-${String((keys += 1)).padStart(10, '0')}`;

function write(path: string, content: string | Uint8Array, mode = '100644'): IncomingChange {
  return { path, op: 'write', mode, bytes: Buffer.from(content) };
}

function remove(path: string): IncomingChange {
  return { path, op: 'delete', mode: null, bytes: null };
}

/** Accepts as a supervisor does, and remembers what undoes it. */
async function prepare(changes: readonly IncomingChange[]) {
  const store = await repository.open();
  const base = must(await store.snapshot(signal)).tree;
  const { tree } = must(await store.importChanges(base, changes, signal));
  const changeset = must(await store.changeset(base, tree, signal));
  const checkout = createCheckout({ root: repository.root, store });
  const steps = new Map<string, FileToUndo['steps'][number][]>();
  return {
    changeset,
    checkout,
    async accept(parts: readonly FilePart[] = changeset.files.map(({ path }) => ({ path }))): Promise<void> {
      const plan = must(await checkout.planApply(changeset, parts, signal));
      expect(plan.conflicts).toEqual([]);
      const key = newKey();
      const kept = must(await checkout.keepBytes(changeset, plan, `task-1/accept/${key}`, signal));
      expect(must(await checkout.apply(changeset, plan, key, signal)).conflicts).toEqual([]);
      plan.writes.forEach(({ path, mode }, index) => {
        const bytes = kept[index];
        if (bytes === undefined) throw new Error('nothing was kept');
        steps.set(path, [...(steps.get(path) ?? []), { kept: bytes, mode }]);
      });
    },
    async undo() {
      const files = [...steps].map(([path, each]) => ({ path, steps: each }));
      const plan = must(await checkout.planUndo(files, signal));
      const done = must(await checkout.undo(plan, newKey(), signal));
      return {
        undone: [...plan.unchanged, ...done.undone].toSorted(),
        conflicts: [...plan.conflicts, ...done.conflicts],
        standing: await checkout.look(plan.writes),
      };
    },
  };
}

const permissions = (path: string): number => statSync(join(repository.root, path)).mode & 0o777;

const notebook = (source: string): string =>
  `${JSON.stringify({ cells: [{ cell_type: 'code', source: [source] }], nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;

describe('undoing an accept', () => {
  it('restores bytes and modes of every kind of change exactly, and leaves no file behind', async () => {
    const long = Array.from({ length: 10_000 }, (_, index) => `line ${index}`).join('\n');
    const files: Readonly<Record<string, string | Uint8Array>> = {
      'lf.txt': 'a\nb\n',
      'crlf.txt': 'a\r\nb\r\nc\r\n',
      'mixed.txt': 'a\r\nb\nc\r\n',
      'no-newline.txt': 'a\nb',
      'gone/only.txt': 'to be deleted\n',
      'old-name.txt': 'to be renamed\n',
      'picture.bin': Uint8Array.from([0, 1, 2, 255, 0, 13, 10]),
      'run.sh': '#!/bin/sh\n',
      'notes.ipynb': notebook('1 + 1'),
      'long.txt': long,
    };
    Object.entries(files).forEach(([path, content]) => repository.write(path, content));
    repository.commit();
    chmodSync(join(repository.root, 'lf.txt'), 0o640);
    chmodSync(join(repository.root, 'gone/only.txt'), 0o600);
    chmodSync(join(repository.root, 'run.sh'), 0o644);
    const modes = new Map(Object.keys(files).map((path) => [path, permissions(path)]));
    const task = await prepare([
      write('lf.txt', 'A\nb\n'),
      write('crlf.txt', 'a\r\nB\r\nc\r\n'),
      write('mixed.txt', 'a\r\nB\nc\r\n'),
      write('no-newline.txt', 'a\nB\n'),
      remove('gone/only.txt'),
      remove('old-name.txt'),
      write('deep/new-name.txt', 'to be renamed\n'),
      write('picture.bin', Uint8Array.from([0, 9, 9])),
      write('run.sh', '#!/bin/sh\n', '100755'),
      write('notes.ipynb', notebook('2 + 2')),
      write('long.txt', long.replace('line 5000\n', 'agent 5000\n')),
    ]);
    await task.accept();
    expect(existsSync(join(repository.root, 'gone'))).toBe(false);
    expect(permissions('run.sh') & 0o100).toBe(0o100);
    const { undone, conflicts, standing } = await task.undo();
    expect(conflicts).toEqual([]);
    expect(undone).toEqual(task.changeset.files.map(({ path }) => path).toSorted());
    expect(new Set(standing)).toEqual(new Set(['after']));
    for (const [path, content] of Object.entries(files)) {
      expect(repository.read(path).equals(Buffer.from(content)), path).toBe(true);
      expect(permissions(path), path).toBe(modes.get(path));
    }
    expect(repository.git('status', '--porcelain')).toBe('');
    expect(existsSync(join(repository.root, 'deep'))).toBe(false);
  });

  it('takes only the accept back where the user changed other lines since, before it or between two of them', async () => {
    const lines = (change: Readonly<Record<number, string>>): string =>
      Array.from({ length: 40 }, (_, index) => `${change[index] ?? `line ${index}`}\n`).join('');
    repository.commit({ 'a.txt': lines({}) });
    const task = await prepare([write('a.txt', lines({ 5: 'agent 5', 30: 'agent 30' }))]);
    const [first, second] = must(await task.checkout.hunks(task.changeset, 'a.txt', signal)) ?? [];
    if (first === undefined || second === undefined) throw new Error('two hunks were expected');
    repository.write('a.txt', lines({ 0: 'mine 0' }));
    await task.accept([{ path: 'a.txt', to: [first] }]);
    repository.write('a.txt', lines({ 0: 'mine 0', 5: 'agent 5', 15: 'mine 15' }));
    await task.accept([{ path: 'a.txt', from: [first] }]);
    repository.write('a.txt', lines({ 0: 'mine 0', 5: 'agent 5', 15: 'mine 15', 30: 'agent 30', 39: 'mine 39' }));
    expect((await task.undo()).conflicts).toEqual([]);
    expect(repository.read('a.txt').toString()).toBe(lines({ 0: 'mine 0', 15: 'mine 15', 39: 'mine 39' }));
  });

  it('leaves a file alone that the user changed in the same place, and undoes the others', async () => {
    repository.commit({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'gone.txt': 'x\n' });
    const task = await prepare([
      write('a.txt', 'A\n'),
      write('b.txt', 'B\n'),
      write('c.txt', 'c\n'),
      remove('gone.txt'),
    ]);
    await task.accept();
    repository.write('a.txt', 'mine\n');
    repository.write('c.txt', 'c\nand mine\n');
    repository.write('gone.txt', 'mine again\n');
    const { undone, conflicts } = await task.undo();
    expect(undone).toEqual(['b.txt']);
    expect(conflicts.map(({ path, reason }) => [path, reason])).toEqual([
      ['a.txt', 'changed-meanwhile'],
      ['c.txt', 'changed-meanwhile'],
      ['gone.txt', 'exists-already'],
    ]);
    const texts = ['a.txt', 'b.txt', 'c.txt', 'gone.txt'].map((path) => repository.read(path).toString());
    expect(texts).toEqual(['mine\n', 'b\n', 'c\nand mine\n', 'mine again\n']);
  });

  it('of the hunks of a file, accepted in any order and number, restores the bytes before the first', async () => {
    const ending = fc.constantFrom('\n', '\r\n');
    const last = fc.constantFrom('', '\n');
    await fc.assert(
      fc.asyncProperty(ending, last, fc.shuffledSubarray([2, 9, 16, 23], { minLength: 1 }), async (eol, end, order) => {
        const text = (changed: readonly number[]): string =>
          Array.from({ length: 30 }, (_, index) => (changed.includes(index) ? `agent ${index}` : `line ${index}`)).join(
            eol,
          ) + (end === '' ? '' : eol);
        const path = 'text.txt';
        writeFileSync(join(repository.root, path), text([]));
        const task = await prepare([write(path, text([2, 9, 16, 23]))]);
        const hunks = must(await task.checkout.hunks(task.changeset, path, signal)) ?? [];
        expect(hunks).toHaveLength(4);
        for (const count of order.keys()) {
          const taken = (upTo: number) => hunks.filter(({ baseStart }) => order.slice(0, upTo).includes(baseStart));
          await task.accept([{ path, from: taken(count), to: taken(count + 1) }]);
        }
        expect(repository.read(path).toString()).toBe(text(order));
        expect((await task.undo()).conflicts).toEqual([]);
        expect(repository.read(path).toString()).toBe(text([]));
      }),
      { numRuns: 8 },
    );
  });

  it('has its bytes still after everything unnamed went from the store', async () => {
    repository.commit({ 'a.txt': 'a\n' });
    repository.write('a.txt', 'mine, never committed\n');
    const task = await prepare([write('a.txt', 'mine, never committed\nagent\n')]);
    await task.accept();
    const store = join(repository.state, 'store.git');
    repository.gitIn(store, 'repack', '-q', '-A', '-d');
    repository.gitIn(store, 'prune', '--expire=now');
    expect((await task.undo()).conflicts).toEqual([]);
    expect(repository.read('a.txt').toString()).toBe('mine, never committed\n');
  });
});
