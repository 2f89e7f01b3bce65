import { describe, expect, it } from 'vitest';
import { preferredRuntime } from '../../../src/host/preferredRuntime.ts';

describe('the runtime that the user wishes for', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['runc', 'runc'],
    ['runsc', 'runsc'],
  ])('is, with NIGHTSHIFT_SANDBOX_RUNTIME=%s, %s', (set, wish) => {
    expect(preferredRuntime({ NIGHTSHIFT_SANDBOX_RUNTIME: set })).toEqual({ ok: true, value: wish });
  });

  it('is refused when there is no such runtime, with the ones there are', () => {
    const refused = preferredRuntime({ NIGHTSHIFT_SANDBOX_RUNTIME: 'kata' });
    expect(refused).toMatchObject({
      ok: false,
      error: { reason: 'bad-setting', message: expect.stringMatching(/kata.*runsc or runc/) },
    });
  });
});
