import { describe, expect, it } from 'vitest';
import { sandboxSpec } from '../../../../src/core/sandbox/profiles.ts';
import { toolboxMount } from '../../../../src/core/sandbox/toolbox.ts';
import { specHash, toCreateOptions } from '../../../../src/node/sandbox/createOptions.ts';
import { guestBootstrap, guestEntrypoint } from '../../../../src/node/sandbox/guestBootstrap.ts';

const owner = { workspace: 'w1', task: 't1', run: 'r1', owner: '42:99:abc' };
const noexec = (bytes: number) => `rw,noexec,nosuid,nodev,size=${bytes},mode=1777,uid=10001,gid=10001`;

const locked = { '/workspace': noexec(536_870_912), '/tmp': noexec(67_108_864) };
const build = {
  '/workspace': 'rw,exec,nosuid,nodev,size=2147483648,mode=1777,uid=10001,gid=10001',
  '/tmp': noexec(67_108_864),
  '/dev/shm': noexec(67_108_864),
};

describe('the create request of a box', () => {
  it.each([
    {
      profile: 'locked',
      runtime: 'runc',
      Tmpfs: locked,
      PidsLimit: 256,
      Memory: 1_610_612_736,
      NanoCpus: 1e9,
      IpcMode: 'none',
    },
    {
      profile: 'locked',
      runtime: 'runsc',
      Tmpfs: { ...locked, '/dev/shm': noexec(1_048_576) },
      PidsLimit: 256,
      Memory: 1_610_612_736,
      NanoCpus: 1e9,
      IpcMode: 'private',
    },
    {
      profile: 'build',
      runtime: 'runc',
      Tmpfs: build,
      PidsLimit: 512,
      Memory: 4_294_967_296,
      NanoCpus: 2e9,
      IpcMode: 'none',
    },
    {
      profile: 'build',
      runtime: 'runsc',
      Tmpfs: build,
      PidsLimit: 512,
      Memory: 4_294_967_296,
      NanoCpus: 2e9,
      IpcMode: 'private',
    },
  ] as const)('is exactly this for $profile under $runtime', ({ profile, runtime, ...limits }) => {
    const spec = sandboxSpec(profile, { image: 'sha256:1', runtime, owner });
    expect(toCreateOptions(spec, { name: 'box', engineCpus: 8 })).toEqual({
      name: 'box',
      Image: 'sha256:1',
      User: '10001:10001',
      WorkingDir: '/workspace',
      Entrypoint: [...guestEntrypoint],
      Cmd: ['--max-old-space-size=256', '-e', guestBootstrap, profile],
      Env: ['HOME=/workspace', 'NODE_OPTIONS='],
      Labels: {
        'nightshift.managed': '1',
        'nightshift.kind': 'sandbox',
        'nightshift.owner': '42:99:abc',
        'nightshift.workspace': 'w1',
        'nightshift.task': 't1',
        'nightshift.run': 'r1',
        'nightshift.profile': profile,
        'nightshift.spec': specHash(spec),
      },
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      NetworkDisabled: true,
      Healthcheck: { Test: ['NONE'] },
      StopTimeout: 1,
      HostConfig: {
        Runtime: runtime,
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        Privileged: false,
        ReadonlyRootfs: true,
        SecurityOpt: ['no-new-privileges'],
        MemorySwap: limits.Memory,
        LogConfig: { Type: 'none', Config: {} },
        AutoRemove: true,
        Binds: [],
        ...limits,
      },
    });
  });

  it.each([
    ['runc', 'closed-ld.so'],
    ['runsc', 'ld.so'],
  ] as const)('mounts a lent Node read-only under %s and starts it through its own loader', (runtime, loader) => {
    const plain = sandboxSpec('build', { image: 'sha256:1', runtime, owner });
    const spec = { ...plain, mounts: [toolboxMount('toolbox')] };
    const without = toCreateOptions(plain, { name: 'box', engineCpus: 8 });
    const lent = '/opt/nightshift/node';
    expect(toCreateOptions(spec, { name: 'box', engineCpus: 8 })).toEqual({
      ...without,
      Entrypoint: [`${lent}/${loader}`, '--library-path', `${lent}/lib`, `${lent}/node`],
      Labels: { ...without.Labels, 'nightshift.spec': specHash(spec) },
      HostConfig: {
        ...without.HostConfig,
        Mounts: [
          {
            Type: 'volume',
            Source: 'toolbox',
            Target: '/opt/nightshift',
            ReadOnly: true,
            VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } },
          },
        ],
      },
    });
    expect(specHash(spec)).not.toBe(specHash(plain));
  });

  it('asks for no more processors than the engine has, which would be refused', () => {
    const spec = sandboxSpec('build', { image: 'sha256:1', runtime: 'runc', owner });
    expect(toCreateOptions(spec, { name: 'box', engineCpus: 1 }).HostConfig?.NanoCpus).toBe(1e9);
  });

  it('names no runtime to Podman, and closes the folders that it would leave open', () => {
    const spec = sandboxSpec('build', { image: 'sha256:1', runtime: 'runc', owner });
    const { HostConfig } = toCreateOptions(spec, { name: 'box', engineCpus: 2, podman: true });
    expect(HostConfig).not.toHaveProperty('Runtime');
    expect(HostConfig?.Tmpfs?.['/run']).toMatch(/^ro,noexec/);
    expect(HostConfig?.Tmpfs?.['/var/tmp']).toMatch(/^ro,noexec/);
    // Declared by the profile, so that one stands.
    expect(HostConfig?.Tmpfs?.['/dev/shm']).toMatch(/^rw,noexec,.*size=67108864/);
    const gvisor = sandboxSpec('locked', { image: 'sha256:1', runtime: 'runsc', owner });
    expect(toCreateOptions(gvisor, { name: 'box', engineCpus: 2, podman: true }).HostConfig?.Runtime).toBe('runsc');
  });

  it('labels boxes of the same rights with the same hash, whoever owns them', () => {
    const hash = (profile: 'locked' | 'build', task: string) =>
      specHash(sandboxSpec(profile, { image: 'sha256:1', runtime: 'runc', owner: { ...owner, task } }));
    expect(hash('locked', 't1')).toBe(hash('locked', 't2'));
    expect(hash('locked', 't1')).not.toBe(hash('build', 't1'));
  });
});
