import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requireEngine } from '../requirements.ts';
import { never, runtimes, value } from '../sandbox/boxes.ts';
import { PrivateEngine } from './privateEngine.ts';
import { endCodes, newestBox, playTask } from './realTask.ts';

const { skip, why } = requireEngine();
const canRunAnEngine = process.platform === 'linux' && process.getuid?.() === 0;
if (!canRunAnEngine && process.env['CI'] === 'true') {
  throw new Error('This suite may not be skipped in CI: a private engine needs root on Linux.');
}

const ways = [
  { how: 'stopped', signal: 'SIGTERM', liveRestore: false },
  { how: 'stopped with its boxes left running', signal: 'SIGTERM', liveRestore: true },
  { how: 'killed', signal: 'SIGKILL', liveRestore: false },
] as const;

describe.skipIf(skip || !canRunAnEngine)(`an engine under a task ${why}`, () => {
  let own: PrivateEngine;
  beforeAll(() => {
    own = new PrivateEngine();
  });
  afterEach(() => own.stop('SIGTERM'));
  afterAll(() => own.remove());

  describe.each(runtimes)('of %s', (runtime) => {
    it.each(ways)('that is $how and comes back costs a box and no work', async ({ signal, liveRestore }) => {
      await own.start(liveRestore);
      const { trace, store } = await playTask({
        engine: own.engine,
        runtime,
        beforeAnswer: async (answer, so) => {
          if (answer === 2) {
            const lost = newestBox(so);
            expect(await own.boxes()).toContain(lost);
            await own.stop(signal);
            await own.start(liveRestore);
          }
        },
      });
      expect(trace.task().reason?.message).toBeUndefined();
      expect(trace.task()).toMatchObject({ state: 'ready', runs: 2, proof: { verdict: 'green' } });
      expect(trace.events.findLast((event) => event.type === 'run-started')?.data).toMatchObject({
        tree: store.kept.get('task-fault/checkpoint'),
      });
      expect(endCodes(trace)).toHaveLength(1);
      expect(endCodes(trace)[0]).toMatch(/^(engine-lost|killed|exited)$/);
      await expect.poll(() => own.boxes(), { timeout: 20_000 }).toEqual([]);
    });
  });

  it('that stays away is waited for, and then the task waits with that said', async () => {
    await own.start();
    const { trace, store } = await playTask({
      engine: own.engine,
      runtime: 'runc',
      haste: 50,
      beforeAnswer: async (answer) => {
        if (answer === 2) {
          await own.stop('SIGKILL');
        }
      },
    });
    const task = trace.task();
    expect(task).toMatchObject({ state: 'waiting', reason: { code: 'engine-unavailable' } });
    expect(task.reason?.message).toMatch(/start it and resume the task/);
    expect(task.checkpoint).toBe(store.kept.get('task-fault/checkpoint'));
    expect(endCodes(trace)).toEqual(['engine-lost']);
    await own.start();
    // The engine ends what is left of a box itself, after 10 s at the latest; a busy machine adds its own.
    await expect.poll(() => own.boxes(), { timeout: 60_000 }).toEqual([]);
  });

  it('is asked in vain with a failure that names the way out, and serves again after it', async () => {
    await own.start();
    expect((await own.engine.info(never)).ok).toBe(true);
    await own.stop('SIGTERM');
    const gone = await own.engine.chooseRuntime({ requireGvisor: false }, never);
    expect(gone).toMatchObject({ ok: false, error: { reason: 'engine-unavailable' } });
    await own.start();
    expect(value(await own.engine.chooseRuntime({ requireGvisor: false, preferred: 'runc' }, never)).name).toBe('runc');
  });
});
