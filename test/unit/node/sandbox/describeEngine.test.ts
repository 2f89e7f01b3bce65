import { describe, expect, it } from 'vitest';
import { describeEngine } from '../../../../src/node/sandbox/describeEngine.ts';
import { infoAnswer, versionAnswer } from '../../../../src/node/sandbox/engineAnswers.ts';

const docker = {
  KernelVersion: '6.1.0',
  NCPU: 4,
  MemTotal: 8 * 2 ** 30,
  Runtimes: { runc: {}, runsc: {} },
  MemoryLimit: true,
  SwapLimit: true,
  PidsLimit: true,
  CpuCfsQuota: true,
  CgroupVersion: '2',
  SecurityOptions: ['name=seccomp,profile=default', 'name=cgroupns'],
};

function read(info: object, version: object = {}, remark?: string) {
  return describeEngine(
    infoAnswer.parse({ ...docker, ...info }),
    versionAnswer.parse({ Version: '26.1', ApiVersion: '1.45', ...version }),
    { endpoint: 'unix:///s', remark },
  );
}

describe('what an engine says of itself', () => {
  it('is its size and its runtimes, without a remark on a sound one', () => {
    expect(read({})).toEqual({
      endpoint: 'unix:///s',
      version: '26.1',
      apiVersion: '1.45',
      runtimes: ['runc', 'runsc'],
      cpus: 4,
      memoryBytes: 8 * 2 ** 30,
      kernel: '6.1.0',
      podman: false,
    });
  });

  it('shows which limits it does not keep: rootless Docker by its flags, Podman by what it is', () => {
    const security = ['name=seccomp,profile=default', 'name=rootless'];
    expect(read({ SecurityOptions: security, MemoryLimit: false, PidsLimit: false }).unenforced).toEqual([
      'memory',
      'processes',
    ]);
    expect(read({ SecurityOptions: security, CgroupVersion: '1' }).unenforced).toHaveLength(4);
    const podman = read({ Rootless: true, CgroupVersion: '1' }, { Components: [{ Name: 'Podman Engine' }] });
    expect(podman).toMatchObject({ podman: true, unenforced: ['memory', 'swap', 'processes', 'processors'] });
    expect(read({ Rootless: true }).unenforced).toBeUndefined();
  });

  it('has a remark for a missing filter, for swap, and for an open way to it', () => {
    expect(read({ SecurityOptions: [] }).remarks).toEqual([expect.stringContaining('seccomp')]);
    expect(read({ SwapLimit: false }).remarks).toEqual([expect.stringContaining('swap')]);
    expect(read({}, {}, 'open to all').remarks).toEqual([expect.stringMatching(/^open to all; use TLS .*ssh:\/\/$/)]);
  });

  it('is read from an old engine too, which tells less', () => {
    expect(infoAnswer.parse({ KernelVersion: '4.19', NCPU: 1, Runtimes: null })).toMatchObject({
      MemoryLimit: true,
      PidsLimit: true,
    });
  });
});
