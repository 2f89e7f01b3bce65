import { execFileSync } from 'node:child_process';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanStorage, type TaskStanding } from '../../../src/core/sandbox/housekeeping.ts';
import type { GitTreeStore } from '../../../src/node/repository/gitTreeStore.ts';
import { must, signal, TemporaryRepository } from './temporaryRepository.ts';

const day = 86_400_000;
const over = { ended: 'over', hasWork: false, at: Date.now() - 30 * day } as const;
const ready = { ended: 'not-yet', hasWork: true, at: Date.now() - 300 * day } as const;

let repository: TemporaryRepository;
let store: GitTreeStore;
let objects: string;

beforeEach(async () => {
  repository = new TemporaryRepository();
  repository.commit({ 'a.txt': 'one\n' });
  store = await repository.open();
  objects = join(repository.state, 'store.git', 'objects');
});

afterEach(() => repository.remove());

/** Bytes that do not compress, so that sizes can be told. */
function noise(bytes: number, seed: number): Buffer {
  let state = seed * 2_654_435_761;
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

/** Whether a task is at work, which the host would know. */
let working = false;

/** A task's trees as the supervisor keeps them: what the user has, and a result with a file of its own. */
async function keepTask(task: string, seed: number, bytes = 200_000): Promise<{ base: string; result: string }> {
  working = true;
  const { tree: base } = must(await store.snapshot(signal));
  must(await store.keep(`${task}/base`, base, signal));
  const change = { path: `${task}.bin`, op: 'write' as const, mode: '100644', bytes: noise(bytes, seed) };
  const { tree: result } = must(await store.importChanges(base, [change], signal));
  must(await store.keep(`${task}/result`, result, signal));
  working = false;
  return { base, result };
}

/** Two days ago, for Git: young objects are never taken. */
function age(): void {
  const then = new Date(Date.now() - 2 * day);
  for (const name of readdirSync(objects, { recursive: true, encoding: 'utf8' })) {
    utimesSync(join(objects, name), then, then);
  }
}

function diskBytes(): number {
  const said = execFileSync('du', ['-sb', objects]).toString('utf8');
  return Number(said.split('\t')[0]);
}

function clean(
  standings: Readonly<Record<string, TaskStanding & { readonly at: number }>>,
  changes: { readonly apply?: boolean; readonly olderThanDays?: number } = {},
) {
  const { apply = true, olderThanDays = 14 } = changes;
  const policy = { now: Date.now(), began: Date.now(), imageBytes: 1, olderThanDays };
  return cleanStorage(
    [store.storage({ standing: (task) => standings[task], idle: () => !working })],
    policy,
    { apply },
    signal,
  );
}

describe('the store of trees', () => {
  it('gives back what tasks that are over kept, as much as it said, and no byte of the others', async () => {
    const gone = await keepTask('task-over', 1);
    const kept = await keepTask('task-ready', 2);
    const strange = await keepTask('task-unknown', 3);
    age();
    const standings = { 'task-over': over, 'task-ready': ready };
    const before = diskBytes();
    const told = await clean(standings, { apply: false });
    expect(diskBytes()).toBe(before);
    const report = await clean(standings);
    expect(report.problems).toEqual([]);
    const actions = Object.fromEntries(report.items.map(({ name, action }) => [name, action]));
    expect(actions).toMatchObject({
      'trees of task-over': 'removed',
      'trees of task-ready': 'kept',
      'trees of task-unknown': 'kept',
    });
    const freed = before - diskBytes();
    expect(told.items.find(({ name }) => name === 'trees of task-over')?.bytes).toBeGreaterThan(200_000);
    expect(report.freedBytes).toBeGreaterThan(200_000);
    expect(Math.abs(freed - report.freedBytes)).toBeLessThan(0.2 * freed);
    for (const { base, result } of [kept, strange]) {
      const change = must(await store.changeset(base, result, signal));
      expect(change.files).toHaveLength(1);
      expect(must(await store.read(result, change.files[0]?.path ?? '', signal))?.byteLength).toBe(200_000);
      expect(must(await store.read(base, 'a.txt', signal))).toEqual(Buffer.from('one\n'));
    }
    expect((await store.read(gone.result, 'task-over.bin', signal)).ok).toBe(false);
  });

  it('keeps what it needs of the user’s repository, should that go', async () => {
    await keepTask('task-over', 1);
    const { result } = await keepTask('task-ready', 2);
    age();
    await clean({ 'task-over': over, 'task-ready': ready });
    const alone = { GIT_DIR: join(repository.state, 'store.git'), PATH: process.env['PATH'] ?? '' };
    const checked = execFileSync('git', ['rev-list', '--objects', result], { env: alone, stdio: 'pipe' });
    expect(checked.toString('utf8')).toContain('a.txt');
    execFileSync('git', ['fsck', '--strict', '--connectivity-only'], { env: alone, stdio: 'pipe' });
  });

  it('keeps young objects, which work that is under way has not named yet', async () => {
    await keepTask('task-over', 1);
    const { tree } = must(await store.snapshot(signal));
    const change = { path: 'new.txt', op: 'write' as const, mode: '100644', bytes: noise(10_000, 9) };
    const young = must(await store.importChanges(tree, [change], signal)).tree;
    const report = await clean({ 'task-over': over });
    expect(report.items[0]).toMatchObject({ action: 'removed', class: 'task-tree' });
    expect(must(await store.read(young, 'new.txt', signal))?.byteLength).toBe(10_000);
  });

  it('takes loose objects that nothing needs, with their true size', async () => {
    const { tree } = must(await store.snapshot(signal));
    const change = { path: 'lost.bin', op: 'write' as const, mode: '100644', bytes: noise(300_000, 5) };
    const lost = must(await store.importChanges(tree, [change], signal)).tree;
    age();
    const before = diskBytes();
    const report = await clean({});
    expect(report.items).toMatchObject([{ class: 'loose-object', action: 'removed' }]);
    expect(report.items[0]?.bytes).toBeGreaterThan(299_000);
    expect(Math.abs(before - diskBytes() - report.freedBytes)).toBeLessThan(20_000);
    expect((await store.read(lost, 'lost.bin', signal)).ok).toBe(false);
  });

  it('looks at the task again before it lets its trees go', async () => {
    const { result } = await keepTask('task-1', 1);
    age();
    let asked = 0;
    const standing = () => {
      asked += 1;
      return asked < 4 ? over : ready;
    };
    const source = store.storage({ standing, idle: () => true });
    const policy = { now: Date.now(), began: Date.now(), imageBytes: 1, olderThanDays: 14 };
    const report = await cleanStorage([source], policy, { apply: true }, signal);
    expect(report.items.find((item) => item.class === 'task-tree')).toMatchObject({ action: 'failed' });
    expect(must(await store.read(result, 'task-1.bin', signal))?.byteLength).toBe(200_000);
  });

  it('loses no object that a new task shares with one that is over, whenever that begins', async () => {
    repository.write('shared.bin', noise(200_000, 7));
    for (const milliseconds of [0, 20, 60, 120]) {
      const task = `task-over-${milliseconds}`;
      await keepTask(task, 1);
      age();
      const [report, kept] = await Promise.all([
        clean({ [task]: over }),
        delay(milliseconds).then(() => keepTask(`task-new-${milliseconds}`, 2)),
      ]);
      expect(report.problems).toEqual([]);
      expect(must(await store.read(kept.base, 'shared.bin', signal))?.byteLength).toBe(200_000);
      expect(must(await store.read(kept.result, `task-new-${milliseconds}.bin`, signal))?.byteLength).toBe(200_000);
      await clean({ [`task-new-${milliseconds}`]: over });
    }
  });

  it('leaves everything alone while a task is at work, and says so', async () => {
    await keepTask('task-over', 1);
    age();
    working = true;
    const report = await clean({ 'task-over': over });
    expect(report).toEqual({ items: [], problems: [expect.stringContaining('clean up again later')], freedBytes: 0 });
    working = false;
  });
});
