import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import { sandboxSpec } from '../../../../src/core/sandbox/profiles.ts';
import type { ProfileName } from '../../../../src/core/sandbox/sandboxSpec.ts';
import { type StartLimitOptions, withStartLimits } from '../../../../src/core/sandbox/startLimits.ts';
import { MemoryEngine } from '../../../fakes/memoryEngine.ts';

const never = new AbortController().signal;
const gibibyte = 2 ** 30;
/** Time does not pass: what waits goes on when a box ends, or never. */
const sleep = (_milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

function specOf(task: string, profile: ProfileName) {
  const owner = { workspace: 'w', task, run: 'run-1', owner: '1:1:aa' };
  return sandboxSpec(profile, { image: 'sha256:1', runtime: 'runc', owner });
}

function open(totalGibibytes: number, changes: Partial<StartLimitOptions> = {}) {
  const engine = new MemoryEngine(() => ({ exitCode: 0 }));
  const waits: string[] = [];
  const limited = withStartLimits(engine, {
    boxes: 50,
    reserveBytes: gibibyte,
    machine: async () => ok({ totalBytes: totalGibibytes * gibibyte, othersBytes: 0 }),
    sleep,
    onWait: (spec, message) => waits.push(`${spec.labels['nightshift.task']}: ${message}`),
    ...changes,
  });
  const alive = () => engine.boxes.filter(({ box }) => !box.destroyed);
  const promised = () => alive().reduce((total, { spec }) => total + spec.memoryBytes, 0);
  const start = async (task: string, profile: ProfileName, signal = never) => {
    const started = await limited.start(specOf(task, profile), signal);
    if (!started.ok) throw new Error(started.error.message);
    return started.value;
  };
  return { engine, limited, start, waits, alive, promised };
}

/** All that is ready to go on has gone on. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('starts within the limits of the machine', () => {
  it('lets a start wait in words until a box has ended', async () => {
    const { start, waits, alive } = open(6);
    const first = await start('a', 'build');
    const second = start('b', 'build');
    await settle();
    expect(alive()).toHaveLength(1);
    expect(waits).toEqual([
      'b: It waits for memory: a sandbox may use 4.0 GiB, and 1.0 GiB of 6.0 GiB are not promised to others.',
    ]);
    await first.destroy();
    await (await second).destroy();
  });

  it('tells again only when the reason changes, whatever the figures do', async () => {
    let looks = 0;
    const machine = async () => {
      looks += 1;
      return ok({ totalBytes: 16 * gibibyte, othersBytes: 0, availableBytes: (looks / 10) * gibibyte });
    };
    const soon = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
    };
    const { start, waits } = open(16, { machine, sleep: soon });
    await (await start('a', 'build')).destroy();
    expect(looks).toBeGreaterThanOrEqual(5);
    expect(waits).toEqual([expect.stringContaining('other programs leave 0.1 GiB')]);
  });

  it('keeps the order of the line: a small box does not overtake a large one', async () => {
    const { start, alive } = open(6);
    const first = await start('a', 'build');
    const large = start('b', 'build');
    const small = start('c', 'locked');
    await settle();
    expect(alive()).toHaveLength(1);
    await first.destroy();
    await large;
    await settle();
    expect(alive().map(({ spec }) => spec.profile)).toEqual(['build']);
    await (await large).destroy();
    await small;
  });

  it('answers an abort in the line at once and lets the next one through', async () => {
    const { start, limited, alive } = open(6);
    const first = await start('a', 'locked');
    const controller = new AbortController();
    const large = limited.start(specOf('b', 'build'), controller.signal);
    const small = start('c', 'locked');
    await settle();
    expect(alive()).toHaveLength(1);
    controller.abort();
    expect(await large).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await small;
    expect(alive()).toHaveLength(2);
    await first.destroy();
  });

  it('caps the number of boxes', async () => {
    const { start, waits, alive } = open(500, { boxes: 2 });
    const boxes = [await start('a', 'locked'), await start('b', 'locked')];
    const third = start('c', 'locked');
    await settle();
    expect(alive()).toHaveLength(2);
    expect(waits).toEqual(['c: It waits for a sandbox: 2 run, and no more than 2 may.']);
    await boxes[0]?.destroy();
    await third;
  });

  it('gives a place back when a start fails and when a box dies by itself', async () => {
    const { engine, start, limited } = open(500, { boxes: 1 });
    engine.downAt = new Set([1]);
    expect(await limited.start(specOf('a', 'locked'), never)).toMatchObject({ ok: false });
    await start('a', 'locked');
    const next = start('b', 'locked');
    engine.boxes[0]?.box.die();
    await next;
  });

  it('looks again at what other programs leave, without any box ending', async () => {
    let availableBytes = gibibyte;
    let wake: () => void = () => undefined;
    const { start, waits } = open(24, {
      machine: async () => ok({ totalBytes: 24 * gibibyte, availableBytes, othersBytes: 0 }),
      sleep: () => new Promise((resolve) => (wake = resolve)),
    });
    await start('a', 'locked');
    const second = start('b', 'build');
    await settle();
    expect(waits).toEqual(['b: It waits for memory: a sandbox may use 4.0 GiB, and other programs leave 1.0 GiB.']);
    availableBytes = 16 * gibibyte;
    wake();
    await second;
  });

  it('starts on, limited by number only, where the engine does not tell its memory', async () => {
    const error = { reason: 'engine-unavailable' as const, message: 'No engine answers; start Docker.' };
    const { start, alive } = open(1, { machine: async () => ({ ok: false, error }) });
    await Promise.all([start('a', 'build'), start('b', 'build')]);
    expect(alive()).toHaveLength(2);
  });

  it('brings tasks that hold a box and need another to their end on any machine, never more than one box over the line', async () => {
    const task = fc.record({ first: fc.constantFrom('locked', 'build'), inner: fc.integer({ min: 0, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(task, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 24 }),
        fc.integer({ min: 1, max: 4 }),
        async (tasks, total, boxes) => {
          const { start, promised, alive, engine } = open(total, { boxes });
          let worst = 0;
          engine.onStart = () => {
            worst = Math.max(worst, promised());
          };
          await Promise.all(
            tasks.map(async ({ first, inner }, index) => {
              const outer = await start(`task-${index}`, first === 'locked' ? 'locked' : 'build');
              for (let each = 0; each < inner; each += 1) {
                const box = await start(`task-${index}`, 'build');
                await box.destroy();
              }
              await outer.destroy();
            }),
          );
          expect(alive()).toEqual([]);
          // The line is the machine, or one box on a machine that is smaller than that.
          expect(worst).toBeLessThanOrEqual((Math.max(total - 1, 4) + 4) * gibibyte);
        },
      ),
      { numRuns: 300 },
    );
  });
});
