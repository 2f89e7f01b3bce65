import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry, imported, move } from '../../fakes/traceEvents.ts';
import { gate, idle, reached, until, Workspace } from './deskHarness.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.remove());

const types = (id: string): string[] =>
  workspace.events(id).map((event) => event.type + (event.type === 'task-moved' ? `:${event.data.move}` : ''));

describe('a decision on a task', () => {
  test.each(['discard', 'cancel'] as const)('to %s it waits for an accept that is under way', async (decision) => {
    const { desk, record, id } = await workspace.ready();
    const held = gate();
    workspace.checkout.beforeWrite = held.wait;
    const accepted = desk.accept(record, undefined);
    await held.reached;
    const decided = desk[decision](record);
    held.open();
    expect(await accepted).toMatchObject({ ok: true, value: { applied: ['src/sum.js'] } });
    expect(await decided).toMatchObject({
      ok: false,
      error: {
        reason: 'not-allowed',
        message: expect.stringContaining(`a task that is applied takes no "${decision}"`),
      },
    });
    expect(record.task().state).toBe('applied');
    expect(types(id)).toContain('task-moved:apply');
    await desk.stop();
  });

  test('to discard it while its accept is planned leaves the files written and the task applied', async () => {
    const { desk, record } = await workspace.ready();
    const held = gate();
    workspace.checkout.beforePlan = held.wait;
    const accepted = desk.accept(record, undefined);
    await held.reached;
    const discarded = desk.discard(record);
    held.open();
    expect(await accepted).toMatchObject({ ok: true });
    expect(await discarded).toMatchObject({ ok: false });
    expect([record.task().state, ...workspace.checkout.written]).toEqual(['applied', 'src/sum.js']);
    await desk.stop();
  });

  test('that comes twice at once happens once, and the other is told why not', async () => {
    const { desk, record, id } = await workspace.ready();
    const answers = await Promise.all([desk.discard(record), desk.cancel(record)]);
    expect(answers).toMatchObject([
      { ok: true },
      { ok: false, error: { message: expect.stringContaining('a task that is discarded takes no "cancel"') } },
    ]);
    expect(types(id).slice(-2)).toEqual(['task-moved:discard', 'move-refused']);
    await desk.stop();
  });

  test('to cancel one that waits for its review keeps nothing of it', async () => {
    const { desk, record } = await workspace.ready();
    expect(await desk.cancel(record)).toMatchObject({ ok: true });
    expect(record.task().state).toBe('cancelled');
    await desk.stop();
  });
});

describe('the end of a host', () => {
  test('waits for an accept that is being written, and nothing is written after it', async () => {
    const { desk, record, id } = await workspace.ready();
    const held = gate();
    workspace.checkout.beforeWrite = held.wait;
    const accepted = desk.accept(record, undefined);
    await held.reached;
    let stopped = false;
    const stop = desk.stop().then(() => (stopped = true));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(stopped).toBe(false);
    held.open();
    expect(await accepted).toMatchObject({ ok: true, value: { applied: ['src/sum.js'] } });
    await stop;
    expect(types(id).slice(-3)).toEqual(['apply-intended', 'apply-ended', 'task-moved:apply']);
  });

  test('lets no accept, decision or creation begin', async () => {
    const { desk, record, id } = await workspace.ready();
    const held = gate();
    workspace.checkout.beforeWrite = held.wait;
    const first = desk.accept(record, undefined);
    await held.reached;
    const queued = desk.discard(record);
    const stop = desk.stop();
    const stopping = { ok: false, error: { reason: 'stopping' } };
    const late = [desk.accept(record, undefined), desk.cancel(record), desk.create(workspace.creation)];
    held.open();
    expect(await Promise.all(late)).toMatchObject([stopping, stopping, stopping]);
    expect(await queued).toMatchObject(stopping);
    expect(await first).toMatchObject({ ok: true });
    await stop;
    expect(readdirSync(`${workspace.root}/tasks`)).toEqual([id]);
  });

  test('is put off by an accept: the desk is busy until it is done', async () => {
    const { desk, record } = await workspace.ready();
    workspace.busyChanges.length = 0;
    const held = gate();
    workspace.checkout.beforeWrite = held.wait;
    const accepted = desk.accept(record, undefined);
    await held.reached;
    expect(desk.busy).toBe(true);
    held.open();
    await accepted;
    await idle(desk);
    expect(workspace.busyChanges).toEqual([true, false]);
    await desk.stop();
  });
});

describe('the start of a host', () => {
  const open = entry('apply-intended', { key: 'k', hash: 'h', writes: [] }, 'user');

  test('is not stopped by a task whose accept cannot be looked after', async () => {
    await workspace.left('task-a', imported('h'), open);
    await workspace.left('task-b', move('cancel'));
    workspace.checkout.beforePlan = () => Promise.reject(new Error('EACCES'));
    const { desk, feed } = workspace.desk();
    await desk.load();
    expect(
      feed
        .state()
        .tasks.map(({ id }) => id)
        .sort(),
    ).toEqual(['task-a', 'task-b']);
    expect(desk.find('task-a')).toMatchObject({ ok: true });
    expect(workspace.logged.join('\n')).toContain('task-a');
    await desk.stop();
  });

  test('shows a task whose trace is damaged, with what is known of it, and leaves the trace alone', async () => {
    const { desk: first, id } = await workspace.ready();
    await first.stop();
    const damaged = readFileSync(workspace.trace(id), 'utf8').replace('"move":"verify"', '"move":"pause"');
    writeFileSync(workspace.trace(id), damaged);
    const { desk, feed } = workspace.desk();
    await desk.load();
    const shown = feed.state().tasks;
    expect(shown).toMatchObject([
      { id, goal: 'Fix the failing test', state: 'failed', reason: { code: 'trace-damaged' } },
    ]);
    expect(shown[0]?.trace.events).toBeGreaterThan(3);
    const message = expect.stringMatching(/trace\.jsonl, line \d+: .+; put the file back from a backup, or delegate/);
    expect(desk.find(id)).toMatchObject({ ok: false, error: { reason: 'trace-damaged', message } });
    expect(desk.knows(id)).toBe(true);
    await desk.stop();
    expect(readFileSync(workspace.trace(id), 'utf8')).toBe(damaged);
  });

  test('does not take up a task that was cut and whose head was removed', async () => {
    const { desk: first, id } = await workspace.ready();
    await first.stop();
    const lines = readFileSync(workspace.trace(id), 'utf8').trimEnd().split('\n').slice(0, -4);
    writeFileSync(workspace.trace(id), `${lines.join('\n')}\n`);
    rmSync(workspace.head(id));
    const { desk, feed } = workspace.desk();
    await desk.load();
    expect(feed.state().tasks).toMatchObject([{ id, state: 'failed', reason: { code: 'trace-damaged' } }]);
    expect(workspace.logged.join('\n')).toContain('the signed checkpoint is missing');
    await desk.stop();
    expect(await workspace.verify(id)).toMatchObject({
      ok: false,
      events: lines.length,
      firstBad: {
        reason: 'the signed checkpoint is missing, so a cut at the end or a whole rewrite cannot be ruled out',
      },
    });
  });

  test('does not take the trace of one task for that of another', async () => {
    await workspace.left('task-a', move('cancel'));
    renameSync(`${workspace.root}/tasks/task-a`, `${workspace.root}/tasks/task-b`);
    renameSync(workspace.head('task-a'), workspace.head('task-b'));
    const { desk, feed } = workspace.desk();
    await desk.load();
    expect(feed.state().tasks).toMatchObject([{ id: 'task-b', state: 'failed', reason: { code: 'trace-damaged' } }]);
    await desk.stop();
  });

  test('removes what is left of a task that was never begun', async () => {
    const { store } = workspace.desk();
    const journal = await store.create('task-a');
    expect(journal.ok && (await journal.value.close())).toBeUndefined();
    mkdirSync(`${workspace.root}/tasks/task-b`);
    const { desk, feed } = workspace.desk();
    await desk.load();
    expect(feed.state().tasks).toEqual([]);
    expect(readdirSync(`${workspace.root}/tasks`)).toEqual([]);
    expect(readdirSync(`${workspace.root}/heads`)).toEqual([]);
    await desk.stop();
  });

  test('opens no file of a task that is settled, and lets go of it when one settles', async () => {
    const openTraces = (): string[] =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(workspace.root);
        } catch {
          return false;
        }
      });
    const { desk, record, id } = await workspace.ready();
    expect(openTraces()).toEqual([]);
    await desk.stop();
    const again = workspace.desk();
    await again.desk.load();
    expect(openTraces()).toEqual([]);
    const found = again.desk.find(id);
    expect(found.ok && (await again.desk.accept(found.value, undefined))).toMatchObject({ ok: true });
    expect(openTraces()).toEqual([]);
    await again.desk.stop();
    expect(record.task().state).toBe('ready');
    expect(types(id).at(-1)).toBe('task-moved:apply');
  });
});

describe('a disk that is full', () => {
  test('holds a task up, which goes on by itself as soon as there is space again', async () => {
    const { desk, store } = workspace.desk();
    workspace.engine.onStart = () => {
      store.full = true;
      workspace.engine.onStart = () => undefined;
    };
    const slept: number[] = [];
    workspace.sleep = async (milliseconds) => {
      slept.push(milliseconds);
      store.full = slept.length < 3;
    };
    const record = await workspace.create(desk);
    await reached(record, 'ready');
    await idle(desk);
    expect(slept).toEqual([1_000, 4_000, 15_000]);
    expect(types(record.id)).toContain('task-resumed');
    expect(workspace.logged.filter((line) => line.includes('ENOSPC'))).toHaveLength(3);
    await desk.stop();
  });

  test('for long leaves a task that can be cancelled, and the desk is not busy with it for ever', async () => {
    const { desk, store } = workspace.desk();
    workspace.engine.onStart = () => {
      store.full = true;
    };
    let slept = 0;
    workspace.sleep = async (milliseconds) => {
      slept += milliseconds;
    };
    const record = await workspace.create(desk);
    await reached(record, 'working');
    await idle(desk);
    expect(slept).toBeGreaterThanOrEqual(55_000);
    expect(record.task().state).toBe('working');
    expect(await desk.cancel(record)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('ENOSPC') },
    });
    store.full = false;
    expect(await desk.cancel(record)).toMatchObject({ ok: true });
    expect(record.task().state).toBe('cancelled');
    await desk.stop();
  });

  test('does not keep a task that it holds up from being cancelled', async () => {
    const { desk, store } = workspace.desk();
    workspace.engine.onStart = () => {
      store.full = true;
    };
    const held = gate();
    workspace.sleep = held.wait;
    const record = await workspace.create(desk);
    await held.reached;
    expect(desk.busy).toBe(true);
    store.full = false;
    expect(await desk.cancel(record)).toEqual({ ok: true, value: undefined });
    held.open();
    await idle(desk);
    expect(types(record.id).at(-1)).toBe('task-moved:cancel');
    await desk.stop();
  });

  test('that breaks a sync under a task that works lets it go on once its trace can be read again', async () => {
    const { desk } = workspace.desk();
    let id = '';
    workspace.engine.onStart = () => {
      renameSync(workspace.head(id), `${workspace.head(id)}.aside`);
      mkdirSync(workspace.head(id));
      workspace.engine.onStart = () => undefined;
    };
    let pauses = 0;
    workspace.sleep = async () => {
      pauses += 1;
      if (pauses === 2) {
        rmdirSync(workspace.head(id));
        renameSync(`${workspace.head(id)}.aside`, workspace.head(id));
      }
    };
    const created = desk.create((task) => workspace.creation((id = task)));
    const record = await created;
    expect(record.ok).toBe(true);
    await until(() => pauses >= 2, 'two attempts failed');
    await idle(desk);
    expect(record.ok && record.value.task()).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
    await desk.stop();
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });

  test('that breaks the sync of a move lets the task go on from where its trace says that it is', async () => {
    const { desk, store } = workspace.desk();
    const id = 'task-breaks';
    let broken = false;
    store.beforeAppend = (entry) => {
      if (!broken && entry.type === 'task-moved') {
        broken = true;
        renameSync(workspace.head(id), `${workspace.head(id)}.aside`);
        mkdirSync(workspace.head(id));
      }
    };
    workspace.sleep = async () => {
      rmSync(workspace.head(id), { recursive: true, force: true });
      renameSync(`${workspace.head(id)}.aside`, workspace.head(id));
    };
    const record = await desk.create(workspace.creation, id);
    await idle(desk);
    expect(record.ok && record.value.task()).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
    expect(types(id).filter((type) => type.startsWith('move-refused'))).toEqual([]);
    await desk.stop();
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });

  test('does not hold up the end of the host', async () => {
    const { desk, store } = workspace.desk();
    workspace.engine.onStart = () => {
      store.full = true;
    };
    const held = gate();
    workspace.sleep = async (_milliseconds, signal) => {
      signal.addEventListener('abort', held.open);
      await held.wait();
    };
    await workspace.create(desk);
    await held.reached;
    await desk.stop();
  });

  test('at a creation leaves nothing behind and answers a failure', async () => {
    const { desk, store, feed } = workspace.desk();
    store.full = true;
    expect(await desk.create(workspace.creation)).toMatchObject({
      ok: false,
      error: { reason: 'io', message: expect.stringContaining('ENOSPC') },
    });
    expect(readdirSync(`${workspace.root}/tasks`)).toEqual([]);
    expect(readdirSync(`${workspace.root}/heads`)).toEqual([]);
    expect(feed.state().tasks).toEqual([]);
    store.full = false;
    await reached(await workspace.create(desk), 'ready');
    await desk.stop();
  });

  test('that broke a sync does not end the task for good: its trace is read again and goes on', async () => {
    const { desk, record, id } = await workspace.ready();
    renameSync(workspace.head(id), `${workspace.head(id)}.aside`);
    mkdirSync(workspace.head(id));
    expect(await desk.discard(record)).toMatchObject({ ok: false, error: { reason: 'io' } });
    rmdirSync(workspace.head(id));
    renameSync(`${workspace.head(id)}.aside`, workspace.head(id));
    // The discard stands in the trace, as was found when it was read again.
    expect(await desk.cancel(record)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('a task that is discarded takes no "cancel"') },
    });
    expect(record.task().state).toBe('discarded');
    expect(types(id).slice(-2)).toEqual(['task-moved:discard', 'move-refused']);
    await desk.stop();
    expect(existsSync(workspace.head(id))).toBe(true);
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });
});
