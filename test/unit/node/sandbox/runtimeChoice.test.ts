import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import { RuntimeChoice, type RuntimeProbe } from '../../../../src/node/sandbox/runtimeChoice.ts';

const signal = new AbortController().signal;
const both = ['runc', 'runsc'];
const working: RuntimeProbe = (name) => Promise.resolve(ok({ isolatedKernel: name === 'runsc' }));
const hanging: RuntimeProbe = (name) =>
  Promise.resolve(name === 'runsc' ? fail(failure('timeout', 'runsc did not start.')) : ok({ isolatedKernel: false }));

describe('the choice of a runtime', () => {
  it('prefers gVisor where its probe passes, and probes it once', async () => {
    let probes = 0;
    const choice = new RuntimeChoice((name, abort) => {
      probes += 1;
      return working(name, abort);
    });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await choice.choose({ requireGvisor: false }, both, signal)).toEqual(
        ok({ name: 'runsc', isolatedKernel: true }),
      );
    }
    expect(probes).toBe(1);
  });

  it('falls back to runc, and says that the kernel is shared', async () => {
    expect(await new RuntimeChoice(hanging).choose({ requireGvisor: false }, both, signal)).toEqual(
      ok({ name: 'runc', isolatedKernel: false }),
    );
    expect(await new RuntimeChoice(working).choose({ requireGvisor: false }, ['runc'], signal)).toEqual(
      ok({ name: 'runc', isolatedKernel: false }),
    );
    expect(await new RuntimeChoice(working).choose({ requireGvisor: false, preferred: 'runc' }, both, signal)).toEqual(
      ok({ name: 'runc', isolatedKernel: false }),
    );
  });

  it('refuses rather than falls back when gVisor is required', async () => {
    for (const choice of [
      new RuntimeChoice(hanging),
      new RuntimeChoice(() => Promise.resolve(ok({ isolatedKernel: false }))),
    ]) {
      expect(await choice.choose({ requireGvisor: true, preferred: 'runc' }, both, signal)).toMatchObject({
        ok: false,
        error: { reason: 'runtime-unavailable', message: expect.stringContaining('sandbox.requireGvisor') },
      });
    }
    expect(await new RuntimeChoice(working).choose({ requireGvisor: true }, ['runc'], signal)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('install gVisor') },
    });
  });

  it('stops trying a runtime after three failures in a row, of probes or of boxes', async () => {
    let probes = 0;
    const choice = new RuntimeChoice((name, abort) => {
      probes += name === 'runsc' ? 1 : 0;
      return hanging(name, abort);
    });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await choice.choose({ requireGvisor: false }, both, signal)).toMatchObject({
        ok: true,
        value: { name: 'runc' },
      });
    }
    expect(probes).toBe(3);

    const later = new RuntimeChoice(working);
    await later.choose({ requireGvisor: false }, both, signal);
    later.recordStart('runsc', false);
    later.recordStart('runsc', false);
    later.recordStart('runsc', true);
    later.recordStart('runsc', false);
    later.recordStart('runsc', false);
    expect(await later.choose({ requireGvisor: false }, both, signal)).toMatchObject({
      ok: true,
      value: { name: 'runsc' },
    });
    later.recordStart('runsc', false);
    expect(await later.choose({ requireGvisor: false }, both, signal)).toMatchObject({
      ok: true,
      value: { name: 'runc' },
    });
  });

  it('does not blame a runtime for an abort or an engine that is gone', async () => {
    const choice = new RuntimeChoice(() => Promise.resolve(fail(failure('aborted', 'Cancelled.'))));
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await choice.choose({ requireGvisor: false }, both, signal)).toMatchObject({
        error: { reason: 'aborted' },
      });
    }
  });

  describe('after three failures in a row', () => {
    /** A runtime that works or fails as it is told, and a clock that is set by hand. */
    async function tired() {
      const played = { now: 0, works: false, probes: 0, release: () => undefined as void, waits: false };
      const clock = { now: () => played.now, monotonic: () => played.now };
      const choice = new RuntimeChoice(async () => {
        played.probes += 1;
        if (played.waits) {
          await new Promise<void>((resolve) => (played.release = resolve));
        }
        return played.works ? ok({ isolatedKernel: false }) : fail(failure('start-failed', 'It did not start.'));
      }, clock);
      const ask = () => choice.choose({ requireGvisor: false, preferred: 'runc' }, both, signal);
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await ask();
      }
      expect(played.probes).toBe(3);
      return { played, ask, choice };
    }

    it('rests a minute, says so, and is used again when one probe passes', async () => {
      const { played, ask } = await tired();
      played.now = 59_999;
      expect(await ask()).toMatchObject({ error: { message: expect.stringContaining('within 60 s') } });
      played.now = 60_000;
      played.works = true;
      expect(await ask()).toEqual(ok({ name: 'runc', isolatedKernel: false }));
      expect(await ask()).toMatchObject({ ok: true });
      expect(played.probes).toBe(4);
    });

    it('rests once more when that one probe fails', async () => {
      const { played, ask } = await tired();
      played.now = 60_000;
      expect(await ask()).toMatchObject({ error: { message: 'It did not start.' } });
      played.now = 100_000;
      expect(await ask()).toMatchObject({ error: { message: expect.stringContaining('in a row') } });
      expect(played.probes).toBe(4);
    });

    it('is probed by one asker alone, and again although it once passed', async () => {
      const { played, ask, choice } = await tired();
      played.now = 60_000;
      Object.assign(played, { works: true, waits: true });
      const first = ask();
      expect(await ask()).toMatchObject({ ok: false });
      played.release();
      expect((await first).ok).toBe(true);
      for (let start = 0; start < 3; start += 1) {
        choice.recordStart('runc', false);
      }
      Object.assign(played, { works: false, waits: false, now: 120_000 });
      expect((await ask()).ok).toBe(false);
      expect(played.probes).toBe(5);
    });
  });

  it('refuses boxes without limits, unless the user allows them, and then says which are missing', async () => {
    const unenforced = ['memory', 'processes'] as const;
    const choice = new RuntimeChoice(async () => ok({ isolatedKernel: false, unenforced }));
    expect(await choice.choose({ requireGvisor: false, preferred: 'runc' }, both, signal)).toMatchObject({
      error: { reason: 'runtime-unavailable', message: expect.stringContaining('sandbox.allowUnlimited') },
    });
    expect(
      await choice.choose({ requireGvisor: false, preferred: 'runc', allowUnlimited: true }, both, signal),
    ).toEqual(ok({ name: 'runc', isolatedKernel: false, unenforced }));
    const swapOnly = new RuntimeChoice(async () => ok({ isolatedKernel: false, unenforced: ['swap'] }));
    expect(await swapOnly.choose({ requireGvisor: false, preferred: 'runc' }, both, signal)).toMatchObject({
      ok: true,
    });
  });

  it('knows nothing of another engine', async () => {
    let probes = 0;
    const choice = new RuntimeChoice(async () => {
      probes += 1;
      return ok({ isolatedKernel: true });
    });
    await choice.choose({ requireGvisor: false }, both, signal);
    choice.forget();
    await choice.choose({ requireGvisor: false }, both, signal);
    expect(probes).toBe(2);
  });
});
