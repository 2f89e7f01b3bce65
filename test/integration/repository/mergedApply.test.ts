import { createHash } from 'node:crypto';
import { chmodSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FilePart } from '../../../src/core/changes/planFile.ts';
import type { IncomingChange } from '../../../src/core/repository/repository.ts';
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

const write = (path: string, content: string | Uint8Array, mode = '100644'): IncomingChange => ({
  path,
  op: 'write',
  mode,
  bytes: Buffer.from(content),
});

async function prepare(changes: readonly IncomingChange[]) {
  const store = await repository.open();
  const base = must(await store.snapshot(signal)).tree;
  const { tree } = must(await store.importChanges(base, changes, signal));
  const changeset = must(await store.changeset(base, tree, signal));
  const checkout = createCheckout({ root: repository.root, store });
  return {
    plan: async (part: FilePart) => must(await checkout.planApply(changeset, [part], signal)),
    sides: async (part: FilePart) => must(await checkout.mergeSides(changeset, part, signal)),
    hunks: async (path: string) => must(await checkout.hunks(changeset, path, signal)) ?? [],
    async apply(part: FilePart) {
      const plan = must(await checkout.planApply(changeset, [part], signal));
      const [kept] = must(await checkout.keepBytes(changeset, plan, 'task-1/accept/apply-1', signal));
      const { conflicts } = must(await checkout.apply(changeset, plan, 'apply-1', signal));
      const undo = async (): Promise<void> => {
        const [written] = plan.writes;
        if (kept === undefined || written === undefined) throw new Error('nothing was kept');
        const steps = [{ kept, mode: written.mode }];
        const undoing = must(await checkout.planUndo([{ path: part.path, steps }], signal));
        must(await checkout.undo(undoing, 'apply-2', signal));
      };
      return { plan, conflicts, undo };
    },
  };
}

const lines = (change: Readonly<Record<number, string>>, end = '\r\n'): string =>
  Array.from({ length: 20 }, (_, index) => change[index] ?? `line ${index}`).join(end);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const texts = (sides: object | undefined): unknown =>
  Object.fromEntries(
    Object.entries(sides ?? {}).map(([name, bytes]) => [
      name,
      bytes instanceof Uint8Array ? String(Buffer.from(bytes)) : bytes,
    ]),
  );

describe('a merge by hand', () => {
  it('is told the base, the result, and the checkout with its hash, also for a part of the change', async () => {
    repository.commit({ 'a.txt': lines({}) });
    const task = await prepare([write('a.txt', lines({ 2: 'agent 2', 12: 'agent 12' }))]);
    const mine = lines({ 2: 'mine 2' });
    repository.write('a.txt', mine);
    const whole = { base: lines({}), result: lines({ 2: 'agent 2', 12: 'agent 12' }), checkout: mine };
    expect(texts(await task.sides({ path: 'a.txt' }))).toEqual({ ...whole, over: sha256(mine) });
    const [first] = await task.hunks('a.txt');
    if (first === undefined) throw new Error('a hunk was expected');
    const part = await task.sides({ path: 'a.txt', to: [first] });
    expect(texts(part)).toEqual({ ...whole, result: lines({ 2: 'agent 2' }), over: sha256(mine) });
  });

  it('writes exactly what was merged, and its undo puts every byte and mode from before back', async () => {
    repository.commit({ 'a.txt': lines({}) });
    const task = await prepare([write('a.txt', lines({ 2: 'agent 2' }), '100755')]);
    const mine = lines({ 2: 'mine 2' });
    repository.write('a.txt', mine);
    chmodSync(join(repository.root, 'a.txt'), 0o640);
    expect((await task.plan({ path: 'a.txt' })).conflicts).toMatchObject([{ reason: 'changed-meanwhile' }]);
    const merged = `${lines({ 2: 'both 2' }, '\n')}\nand more`;
    const { conflicts, undo } = await task.apply({
      path: 'a.txt',
      merged: { bytes: Buffer.from(merged), over: sha256(mine) },
    });
    expect(conflicts).toEqual([]);
    expect(repository.read('a.txt').toString()).toBe(merged);
    expect(statSync(join(repository.root, 'a.txt')).mode & 0o100).toBe(0o100);
    await undo();
    expect(repository.read('a.txt').toString()).toBe(mine);
    expect(statSync(join(repository.root, 'a.txt')).mode & 0o777).toBe(0o640);
  });

  it('is a conflict where the file is another one by then, and nothing is written', async () => {
    repository.commit({ 'a.txt': lines({}) });
    const task = await prepare([write('a.txt', lines({ 2: 'agent 2' }))]);
    repository.write('a.txt', lines({ 2: 'later 2' }));
    const bytes = Buffer.from(lines({ 2: 'both 2' }));
    const { plan, conflicts } = await task.apply({
      path: 'a.txt',
      merged: { bytes, over: sha256(lines({ 2: 'mine 2' })) },
    });
    expect([plan.writes, conflicts]).toEqual([[], []]);
    expect(plan.conflicts).toMatchObject([{ reason: 'changed-meanwhile', message: /while you merged it/ }]);
    expect(repository.read('a.txt').toString()).toBe(lines({ 2: 'later 2' }));
  });

  it('is offered for a file that both added, and for none that is binary, deleted or gone', async () => {
    repository.commit({ 'gone.txt': 'x\n', 'old.txt': 'old\n' });
    repository.write('picture.bin', Buffer.from([0, 1]));
    repository.commit();
    const task = await prepare([
      write('new.txt', 'agent\n'),
      write('gone.txt', 'y\n'),
      write('picture.bin', Buffer.from([0, 2])),
      { path: 'old.txt', op: 'delete', mode: null, bytes: null },
    ]);
    repository.write('new.txt', 'mine\n');
    repository.write('old.txt', 'mine\n');
    repository.write('picture.bin', Buffer.from([0, 3]));
    rmSync(join(repository.root, 'gone.txt'));
    expect(texts(await task.sides({ path: 'new.txt' }))).toEqual({
      base: '',
      result: 'agent\n',
      checkout: 'mine\n',
      over: sha256('mine\n'),
    });
    for (const path of ['gone.txt', 'old.txt', 'picture.bin']) {
      expect(await task.sides({ path }), path).toBeUndefined();
    }
  });
});
