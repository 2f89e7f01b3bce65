import { setTimeout as delay } from 'node:timers/promises';
import { availableParallelism, totalmem } from 'node:os';
import type Docker from 'dockerode';
import { afterAll, describe, expect, it } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import { withStartLimits } from '../../../src/core/sandbox/startLimits.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { createDockerEngine } from '../../../src/node/sandbox/dockerEngine.ts';
import { createEngineMemory } from '../../../src/node/sandbox/engineMemory.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, value } from './boxes.ts';

const { skip, why } = requireEngine();
const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal }).catch(() => undefined);

describe.skipIf(skip)(`starts on the real engine's machine ${why}`, () => {
  const boxes = openBoxes('start-limits');
  afterAll(async () => {
    await boxes.destroyAll();
    expect(await boxes.remaining()).toEqual([]);
  });

  it('knows the memory of the machine, and what boxes of others may use', async () => {
    const connect = () => connectEngine();
    const mine = value(await createEngineMemory({ connect, owner: currentOwner() })(never));
    expect(mine.totalBytes).toBe(totalmem());
    expect(mine.availableBytes).toBeGreaterThan(2 ** 28);
    expect(mine.availableBytes).toBeLessThanOrEqual(totalmem());
    const box = await boxes.start('locked', 'runc');
    // As from another machine, where nobody tells what is available.
    const distant = { connect, owner: 'somebody else', here: 'elsewhere' };
    const seen = value(await createEngineMemory(distant)(never));
    expect(seen.availableBytes).toBeUndefined();
    expect(seen.othersBytes).toBeGreaterThanOrEqual(box.spec.memoryBytes);
    await box.destroy();
  });

  it('starts a second box when the first one is gone from the engine, and not before', async () => {
    const spec = await boxes.spec('locked', 'runc');
    const waits: string[] = [];
    const engine = withStartLimits(boxes.engine, {
      boxes: 8,
      reserveBytes: 0,
      machine: async () => ok({ totalBytes: spec.memoryBytes * 1.5, othersBytes: 0 }),
      sleep,
      onWait: (_spec, message) => waits.push(message),
    });
    const first = value(await engine.start(spec, never));
    // Of another task: one that waits for itself would be let through.
    const starting = engine.start({ ...spec, labels: { ...spec.labels, 'nightshift.task': 'task-2' } }, never);
    await delay(300);
    expect(await boxes.remaining()).toEqual([first.id]);
    expect(waits).toHaveLength(1);
    await first.destroy();
    const second = value(await starting);
    expect(await boxes.remaining()).toEqual([second.id]);
    await second.destroy();
  });

  it('gives the engine no more than one start a core at once, however many are asked for', async () => {
    let running = 0;
    let most = 0;
    const { docker } = value(connectEngine());
    // Stands where the engine is: counts starts that are under way and refuses each after a while.
    const counting = Object.assign(Object.create(docker) as Docker, {
      createContainer: async () => {
        running += 1;
        most = Math.max(most, running);
        await delay(30);
        running -= 1;
        throw Object.assign(new Error('not today'), { statusCode: 500 });
      },
    });
    const spec = await boxes.spec('locked', 'runc');
    const engine = createDockerEngine({
      guestSource: '',
      ensureImage: async () => ok({ image: 'nightshift/base:counted', id: spec.image }),
      connect: () => ok({ docker: counting, endpoint: 'counted', close: () => undefined }),
    });
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => engine.start(spec, never)));
    expect(outcomes.every((outcome) => !outcome.ok && outcome.error.message.includes('not today'))).toBe(true);
    expect(most).toBe(Math.min(12, availableParallelism()));
  });
});
