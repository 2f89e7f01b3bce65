import { describe, expect, it } from 'vitest';
import { nullLogger } from '../../../../src/base/logger.ts';
import { sandboxSpec } from '../../../../src/core/sandbox/profiles.ts';
import type { ProfileName } from '../../../../src/core/sandbox/sandboxSpec.ts';
import { type WarmPoolOptions, withWarmPool } from '../../../../src/core/sandbox/warmPool.ts';
import { MemoryEngine } from '../../../fakes/memoryEngine.ts';

const never = new AbortController().signal;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

function specOf(profile: ProfileName, task = 'task-1', image = 'sha256:1') {
  return sandboxSpec(profile, {
    image,
    runtime: 'runc',
    owner: { workspace: 'w', task, run: 'run-1', owner: '1:1:aa' },
  });
}

function open(changes: Partial<WarmPoolOptions> = {}) {
  const engine = new MemoryEngine(() => ({ exitCode: 0 }));
  let now = 0;
  const sleepers: (() => void)[] = [];
  const pool = withWarmPool(engine, {
    size: 2,
    keepMs: 120_000,
    refillAfterMs: 0,
    hasRoom: async () => true,
    clock: { now: () => now, monotonic: () => now },
    sleep: (_milliseconds, signal) =>
      new Promise((resolve) => {
        sleepers.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    logger: nullLogger,
    ...changes,
  });
  const start = async (spec = specOf('locked')) => {
    const started = await pool.start(spec, never);
    if (!started.ok) throw new Error(started.error.message);
    return started.value;
  };
  const pass = async (milliseconds: number) => {
    now += milliseconds;
    sleepers.splice(0).forEach((wake) => wake());
    await settle();
  };
  const alive = () => engine.boxes.filter(({ box }) => !box.destroyed);
  return { engine, pool, start, pass, alive };
}

describe('the warm pool', () => {
  it('starts nothing before somebody wants a box', async () => {
    const { engine } = open();
    await settle();
    expect(engine.boxes).toEqual([]);
  });

  it('hands out a box once, keeps others ready behind it, and labels them as nobody’s task', async () => {
    const { engine, pool, start } = open();
    const first = await start();
    await settle();
    expect(engine.boxes).toHaveLength(3);
    expect(pool.ready()).toBe(2);
    const second = await start(specOf('locked', 'task-2'));
    const third = await start(specOf('locked', 'task-3'));
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    expect(engine.boxes.slice(0, 3).map(({ box }) => box.id)).toContain(second.id);
    const labels = engine.boxes.map(({ spec }) => spec.labels);
    expect(labels.map((each) => each['nightshift.task'])).toEqual([
      'task-1',
      'warm',
      'warm',
      ...labels.slice(3).map(() => 'warm'),
    ]);
    expect(new Set(labels.map((each) => each['nightshift.owner']))).toEqual(new Set(['1:1:aa']));
    await settle();
    expect(pool.ready()).toBe(2);
  });

  it('gives a box only to a start that asks for exactly its rights', async () => {
    const { engine, start } = open();
    await start();
    await settle();
    const warm = engine.boxes.slice(1).map(({ box }) => box.id);
    const others = [
      await start(specOf('build')),
      await start(specOf('locked', 'task-1', 'sha256:2')),
      await start({ ...specOf('locked'), pids: 512 }),
      await start({ ...specOf('locked'), runtime: 'runsc' }),
    ];
    expect(others.map((box) => box.id).filter((id) => warm.includes(id))).toEqual([]);
    expect(warm).toContain((await start()).id);
  });

  it('tells how long this start took, not how long ago the box was started', async () => {
    const { start, engine, pass } = open();
    await start();
    await settle();
    await pass(60_000);
    const box = await start();
    expect(engine.boxes.slice(1, 3).map((each) => each.box.id)).toContain(box.id);
    expect(box.startMs).toBe(0);
    const { requests } = engine.boxes.find((each) => each.box.id === box.id)?.box ?? { requests: [] };
    expect(requests.map(({ method }) => method)).toEqual(['hello', 'hello']);
  });

  it('passes a box over that does not answer, and starts a cold one when none does', async () => {
    const { engine, pool, start } = open();
    await start();
    await settle();
    for (const { box } of engine.boxes.slice(1)) {
      box.failNext('hello', { reason: 'timeout', message: 'It did not answer.' });
    }
    const warm = new Set(engine.boxes.slice(1).map(({ box }) => box.id));
    const box = await start();
    expect(warm.has(box.id)).toBe(false);
    await settle();
    expect(engine.boxes.filter((each) => warm.has(each.box.id)).every((each) => each.box.destroyed)).toBe(true);
    expect(pool.ready()).toBe(2);
  });

  it('replaces a box that died while nobody had it', async () => {
    const { engine, pool, start } = open();
    await start();
    await settle();
    engine.boxes[1]?.box.die();
    await settle();
    expect(pool.ready()).toBe(2);
    expect(engine.boxes).toHaveLength(4);
  });

  it('stops trying when boxes die as soon as they are started', async () => {
    const { engine, pool, start } = open();
    engine.onStart = (box, spec) => {
      if (spec.labels['nightshift.task'] === 'warm') box.die();
    };
    await start();
    await settle();
    expect(engine.boxes.length).toBeLessThanOrEqual(5);
    expect(pool.ready()).toBe(0);
  });

  it('costs a task nothing when the engine fails behind its back, and hides no failure of its own start', async () => {
    const { engine, pool, start } = open();
    engine.downAt = new Set([2, 3, 4]);
    await start();
    await settle();
    expect(pool.ready()).toBe(0);
    expect((await start()).id).toBe(engine.boxes[1]?.box.id);
    engine.downAt = new Set(Array.from({ length: 50 }, (_, index) => index));
    await pool.makeRoom(specOf('build'));
    expect(await pool.start(specOf('build'), never)).toMatchObject({
      ok: false,
      error: { reason: 'engine-unavailable' },
    });
  });

  it('keeps none while memory is short, and gives those up that a start has no use for', async () => {
    let room = true;
    const { pool, start, alive } = open({ hasRoom: async () => room });
    const held = [await start(), await start(specOf('build'))];
    await settle();
    expect(pool.ready()).toBe(4);
    expect(pool.reservedBytes()).toBe(2 * (1.5 + 4) * 2 ** 30);
    expect(pool.reservedBytes(specOf('build'))).toBe((3 + 4) * 2 ** 30);
    room = false;
    await pool.makeRoom(specOf('build'));
    expect(pool.ready()).toBe(1);
    expect(pool.reservedBytes(specOf('build'))).toBe(0);
    held.push(await start(specOf('build')));
    await settle();
    expect(pool.ready()).toBe(0);
    expect(alive()).toHaveLength(held.length);
  });

  it('keeps none once nobody wanted one for a while', async () => {
    const { engine, pool, start, pass, alive } = open();
    const held = await start();
    await settle();
    await pass(119_000);
    expect(pool.ready()).toBe(2);
    await pass(2_000);
    expect(pool.ready()).toBe(0);
    expect(alive().map(({ box }) => box.id)).toEqual([held.id]);
    const started = engine.boxes.length;
    await pass(500_000);
    expect(engine.boxes).toHaveLength(started);
  });

  it('starts nothing in the place of a box until whoever got it has begun', async () => {
    const { engine, pool, start, pass } = open({ refillAfterMs: 250 });
    pool.expect(specOf('locked'));
    await settle();
    await start();
    await settle();
    expect([engine.boxes.length, pool.ready()]).toEqual([2, 1]);
    await pass(250);
    expect([engine.boxes.length, pool.ready()]).toEqual([3, 2]);
  });

  it('counts a box as ready when it has answered a request after its start', async () => {
    const { engine, pool } = open();
    let answer: () => void = () => undefined;
    engine.onStart = (box) => {
      const request = box.request.bind(box);
      box.request = async (method, params, options) => {
        await new Promise<void>((resolve) => (answer = resolve));
        return request(method, params, options);
      };
    };
    pool.expect(specOf('locked'));
    await settle();
    expect([engine.boxes.length, pool.ready()]).toEqual([1, 0]);
    answer();
    await settle();
    expect([engine.boxes.length, pool.ready()]).toEqual([2, 1]);
  });

  it('keeps no box that greeted and dies before it serves, and fills its place', async () => {
    const { engine, pool, alive } = open();
    engine.onStart = (box) => {
      if (engine.boxes.length === 2) {
        box.request = async () => {
          box.die('the rest of its program could not be read');
          return { ok: false, error: { reason: 'sandbox-died', message: 'The sandbox is gone.' } };
        };
      }
    };
    pool.expect(specOf('locked'));
    await settle();
    expect([engine.boxes.length, pool.ready(), alive().length]).toEqual([3, 2, 2]);
  });

  it('lets a start be given up that waits for a box which greeted and serves nothing', async () => {
    const { engine, pool } = open();
    engine.onStart = (box) => {
      box.request = () => new Promise(() => undefined);
    };
    pool.expect(specOf('locked'));
    await settle();
    const giveUp = new AbortController();
    const start = pool.start(specOf('locked'), giveUp.signal);
    await settle();
    giveUp.abort();
    const given = await Promise.race([start.then(() => 'given up'), settle().then(() => 'held up')]);
    expect(given).toBe('given up');
  });

  it('warms up before the first start when one is expected', async () => {
    const { engine, pool, start } = open();
    pool.expect(specOf('locked', 'soon'));
    await settle();
    expect(pool.ready()).toBe(2);
    expect(engine.boxes.slice(0, 2).map(({ box }) => box.id)).toContain((await start()).id);
  });

  it('leaves no box at its end, also none that was being started, and none that comes after', async () => {
    const { engine, pool, start, alive } = open();
    const held = await start();
    const closing = pool.close();
    await closing;
    expect(alive().map(({ box }) => box.id)).toEqual([held.id]);
    expect(pool.ready()).toBe(0);
    pool.expect(specOf('build'));
    const late = await start();
    await settle();
    expect(alive().map(({ box }) => box.id)).toEqual([held.id, late.id]);
    expect(engine.boxes.filter(({ box }) => box.destroyed).length).toBe(engine.boxes.length - 2);
  });

  it('answers an abort of a start that waits for a box which is being started', async () => {
    const { engine, pool } = open();
    let release: () => void = () => undefined;
    const original = engine.start.bind(engine);
    engine.start = async (spec) => {
      await new Promise<void>((resolve) => (release = resolve));
      return original(spec);
    };
    pool.expect(specOf('locked'));
    await settle();
    const controller = new AbortController();
    const starting = pool.start(specOf('locked'), controller.signal);
    controller.abort();
    engine.start = async () => ({ ok: false, error: { reason: 'aborted', message: 'Cancelled.' } });
    expect(await starting).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    release();
    await settle();
    expect(engine.boxes.every(({ box }) => box.destroyed)).toBe(true);
  });
});
