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
});
