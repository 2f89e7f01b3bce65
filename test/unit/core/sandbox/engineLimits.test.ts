import { describe, expect, it } from 'vitest';
import { lacksEssentialLimits, limitsRefusal, unenforcedLimits } from '../../../../src/core/sandbox/engineLimits.ts';

const able = { memory: true, swap: true, processes: true, processors: true, rootless: false, cgroupVersion: '2' };

describe('the limits that an engine keeps', () => {
  it('are the ones it says, but none without root on cgroup v1, where it says all', () => {
    expect(unenforcedLimits(able)).toEqual([]);
    expect(unenforcedLimits({ ...able, rootless: true })).toEqual([]);
    expect(unenforcedLimits({ ...able, swap: false })).toEqual(['swap']);
    expect(unenforcedLimits({ ...able, cgroupVersion: '1' })).toEqual([]);
    expect(unenforcedLimits({ ...able, rootless: true, cgroupVersion: '1' })).toEqual([
      'memory',
      'swap',
      'processes',
      'processors',
    ]);
  });

  it('may lack swap and processors, and neither memory nor processes', () => {
    expect(lacksEssentialLimits(['swap', 'processors'])).toBe(false);
    expect(lacksEssentialLimits(['memory'])).toBe(true);
    expect(lacksEssentialLimits(['processes'])).toBe(true);
    expect(limitsRefusal(['memory', 'swap'])).toMatchObject({
      reason: 'runtime-unavailable',
      message: expect.stringMatching(/^[^\n]*\(memory, swap\)[^\n]*cgroup v2[^\n]*sandbox\.allowUnlimited\.$/),
    });
  });
});
