import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { nullLogger } from '../../../src/base/logger.ts';
import { withWarmPool, type WarmPool } from '../../../src/core/sandbox/warmPool.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, treeOf, value } from './boxes.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip).each(runtimes)(`warm boxes under %s ${why}`, (runtime) => {
  const workspace = `warm-${runtime}`;
  const boxes = openBoxes(workspace);
  afterAll(async () => expect(await boxes.remaining()).toEqual([]));

  function openPool(keepMs = 600_000): WarmPool {
    return withWarmPool(boxes.engine, {
      size: 2,
      keepMs,
      refillAfterMs: 250,
      hasRoom: async () => true,
      clock: systemClock,
      sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
      logger: nullLogger,
    });
  }

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`Not within 60 s: ${what}.`);
      await delay(20);
    }
  }

  it('hands out a box of its own that works, with the labels that the reaper finds it by, and leaves none', async () => {
    const pool = openPool();
    const spec = await boxes.spec('locked', runtime);
    pool.expect(spec);
    await until('two boxes are ready', () => pool.ready() === 2);
    const first = value(await pool.start(spec, never));
    const second = value(await pool.start(spec, never));
    expect(first.id).not.toBe(second.id);
    expect(first.startMs).toBeLessThan(100);
    const files = treeOf([['a.txt', 'only in the first\n']]);
    expect(value(await first.putTree(files, { signal: never }))).toEqual({ files: 1 });
    value(await second.putTree(treeOf([]), { signal: never }));
    const listing = { directory: '', limit: 10 };
    expect(value(await second.request('list_files', listing, { signal: never })).files).toEqual([]);
    const inspected = await boxes.docker.getContainer(first.id).inspect();
    expect(inspected.Config.Labels).toMatchObject({
      'nightshift.managed': '1',
      'nightshift.kind': 'sandbox',
      'nightshift.owner': currentOwner(),
      'nightshift.task': 'warm',
    });
    await first.destroy();
    await second.destroy();
    await pool.close();
    expect(await boxes.remaining()).toEqual([]);
  });

  it('replaces a warm box that was killed behind its back and never hands it out', async () => {
    const pool = openPool();
    const spec = await boxes.spec('locked', runtime);
    pool.expect(spec);
    await until('two boxes are ready', () => pool.ready() === 2);
    const [killed = ''] = await boxes.remaining();
    await boxes.docker.getContainer(killed).kill();
    const started = [value(await pool.start(spec, never)), value(await pool.start(spec, never))];
    expect(started.map((box) => box.id)).not.toContain(killed);
    await until('two boxes are ready again', () => pool.ready() === 2);
    await Promise.all(started.map((box) => box.destroy()));
    await pool.close();
  });

  it('keeps none after a while without work', async () => {
    // Longer than a box takes to start on a busy machine.
    const pool = openPool(8_000);
    pool.expect(await boxes.spec('locked', runtime));
    await until('a box is ready', () => pool.ready() > 0);
    await until('no box is left', async () => pool.ready() === 0 && (await boxes.remaining()).length === 0);
    await pool.close();
  });

  it('leaves no warm box when the host that kept them is killed', async () => {
    const script = fileURLToPath(new URL('./warmBoxOwner.ts', import.meta.url));
    const child = spawn(process.execPath, [script, runtime, workspace], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout, 'data');
    expect(String(line).trim().split(' ')).toHaveLength(2);
    child.kill('SIGKILL');
    const began = performance.now();
    await until('no box is left', async () => (await boxes.remaining()).length === 0);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
