import { expect, test } from 'vitest';
import { sandboxReport } from '../../../../src/core/sandbox/sandboxReport.ts';
import { sandboxSpec } from '../../../../src/core/sandbox/profiles.ts';

const box = { runtime: 'runsc', isolatedKernel: true, image: 'sha256:1' } as const;

test('a report says what the profile says, in its own figures', () => {
  for (const profile of ['locked', 'build'] as const) {
    const owner = { owner: 'o', workspace: 'w', task: 't', run: 'r' };
    const spec = sandboxSpec(profile, { image: 'sha256:1', runtime: 'runsc', owner });
    const { may, mayNot, image, runtime } = sandboxReport({ profile, ...box });
    const words = may.join('\n');
    expect(words).toContain(`${spec.memoryBytes / 2 ** 30} GiB of memory`);
    expect(words).toContain(`${spec.pids} processes`);
    expect(mayNot[0]).toMatch(/network/);
    expect([image, runtime]).toEqual(['sha256:1', 'runsc']);
    const runs = spec.tmpfs.some(({ path, exec }) => path === '/workspace' && exec);
    expect(/run programs of the repository/.test(words)).toBe(runs);
    expect(mayNot.includes('run programs that it wrote')).toBe(!runs);
  }
});

test('what the engine does not keep is said', () => {
  expect(sandboxReport({ profile: 'locked', ...box, unenforced: ['pids'] }).unenforced).toEqual(['pids']);
  expect(sandboxReport({ profile: 'locked', ...box }).unenforced).toEqual([]);
});
