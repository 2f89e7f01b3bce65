import { describe, expect, it } from 'vitest';
import { confinementOf } from '../../../src/guest/confinement.ts';

describe('what a guest sees of its confinement', () => {
  it('is read from the status that Linux shows', () => {
    const status = 'Name:\tnode\nCapEff:\t00000000A80425FB\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n';
    expect(confinementOf(status)).toEqual({ capabilities: '00000000a80425fb', noNewPrivileges: true, seccomp: 2 });
    expect(confinementOf('CapEff:\t0\nNoNewPrivs:\t0\nSeccomp:\t0\n')).toEqual({
      capabilities: '0',
      noNewPrivileges: false,
      seccomp: 0,
    });
  });

  it('is unknown where the kernel does not tell, or tells what cannot be', () => {
    const nothing = { capabilities: null, noNewPrivileges: null, seccomp: null };
    expect(confinementOf('')).toEqual(nothing);
    expect(confinementOf('CapEff:\tall of them\nSeccomp:\t7\nXNoNewPrivs:\t1\n')).toEqual(nothing);
  });
});
