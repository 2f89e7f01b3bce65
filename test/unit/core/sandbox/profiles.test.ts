import { describe, expect, it } from 'vitest';
import { memoryBesideTmpfs, sandboxSpec } from '../../../../src/core/sandbox/profiles.ts';

const mebibyte = 2 ** 20;
const owner = { workspace: 'w1', task: 't1', run: 'r1', owner: '42:99:abc' };
const request = { image: 'sha256:1', owner };

describe('the sandbox profiles', () => {
  it('locks down reading and editing: nothing executes, little memory, one processor', () => {
    expect(sandboxSpec('locked', { ...request, runtime: 'runc' })).toEqual({
      profile: 'locked',
      runtime: 'runc',
      image: 'sha256:1',
      user: '10001:10001',
      tmpfs: [
        { path: '/workspace', bytes: 512 * mebibyte, exec: false },
        { path: '/tmp', bytes: 64 * mebibyte, exec: false },
      ],
      memoryBytes: 1536 * mebibyte,
      cpus: 1,
      pids: 256,
      labels: {
        'nightshift.managed': '1',
        'nightshift.kind': 'sandbox',
        'nightshift.owner': '42:99:abc',
        'nightshift.workspace': 'w1',
        'nightshift.task': 't1',
        'nightshift.run': 'r1',
        'nightshift.profile': 'locked',
      },
    });
  });

  it('lets a build execute below the workspace and nowhere else', () => {
    const spec = sandboxSpec('build', { ...request, runtime: 'runc' });
    expect(spec).toMatchObject({ memoryBytes: 4096 * mebibyte, cpus: 2, pids: 512, user: '10001:10001' });
    expect(spec.tmpfs).toEqual([
      { path: '/workspace', bytes: 2048 * mebibyte, exec: true },
      { path: '/tmp', bytes: 64 * mebibyte, exec: false },
      { path: '/dev/shm', bytes: 64 * mebibyte, exec: false },
    ]);
  });

  it('declares the shared memory that gVisor would make without a limit', () => {
    const { tmpfs } = sandboxSpec('locked', { ...request, runtime: 'runsc' });
    expect(tmpfs.at(-1)).toEqual({ path: '/dev/shm', bytes: mebibyte, exec: false });
  });

  it.each(['locked', 'build'] as const)('leaves %s processes memory when every file system is full', (profile) => {
    for (const runtime of ['runc', 'runsc'] as const) {
      const spec = sandboxSpec(profile, { ...request, runtime });
      const files = spec.tmpfs.reduce((total, mount) => total + mount.bytes, 0);
      expect(spec.memoryBytes).toBeGreaterThanOrEqual(files + memoryBesideTmpfs);
    }
  });
});
