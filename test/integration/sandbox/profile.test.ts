import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, shell, treeOf, value } from './boxes.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip).each(runtimes)(`a box under %s ${why}`, (runtime) => {
  const boxes = openBoxes(`profile-${runtime}`);
  afterEach(() => boxes.destroyAll());
  afterAll(async () => expect(await boxes.remaining()).toEqual([]));

  it.each([
    {
      profile: 'locked',
      workspace: 'rw,noexec,nosuid,nodev,size=536870912,mode=1777,uid=10001,gid=10001',
      memory: 1.5 * 2 ** 30,
      pids: 256,
      cpus: 1,
    },
    {
      profile: 'build',
      workspace: 'rw,exec,nosuid,nodev,size=2147483648,mode=1777,uid=10001,gid=10001',
      memory: 4 * 2 ** 30,
      pids: 512,
      cpus: 2,
    },
  ] as const)(
    'shows every flag of the profile $profile to the engine',
    async ({ profile, workspace, memory, pids, cpus }) => {
      const sandbox = await boxes.start(profile, runtime);
      const { Config, HostConfig, Mounts, State, NetworkSettings } = await boxes.docker
        .getContainer(sandbox.id)
        .inspect();
      const engine = await boxes.docker.info();
      expect(State.Running).toBe(true);
      expect(Config).toMatchObject({ User: '10001:10001', Tty: false, OpenStdin: true, StdinOnce: true });
      expect(Config.Labels).toMatchObject({
        [labelNames.managed]: '1',
        [labelNames.owner]: currentOwner(),
        [labelNames.workspace]: `profile-${runtime}`,
        [labelNames.task]: 'task-1',
        [labelNames.run]: 'run-1',
        [labelNames.spec]: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(HostConfig).toMatchObject({
        Runtime: runtime,
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        CapAdd: null,
        Privileged: false,
        ReadonlyRootfs: true,
        SecurityOpt: ['no-new-privileges'],
        PidsLimit: pids,
        Memory: memory,
        MemorySwap: memory,
        NanoCpus: Math.min(cpus, engine.NCPU) * 1e9,
        IpcMode: runtime === 'runc' ? 'none' : 'private',
        LogConfig: { Type: 'none' },
        AutoRemove: true,
        PidMode: '',
        UTSMode: '',
      });
      expect(HostConfig.Tmpfs?.['/workspace']).toBe(workspace);
      expect(HostConfig.Tmpfs?.['/tmp']).toBe('rw,noexec,nosuid,nodev,size=67108864,mode=1777,uid=10001,gid=10001');
      expect(HostConfig.Binds ?? []).toEqual([]);
      expect(HostConfig.Devices ?? []).toEqual([]);
      expect(Mounts).toEqual([]);
      expect(Object.keys(NetworkSettings.Networks).filter((name) => name !== 'none')).toEqual([]);
    },
  );

  it('gives a command no host environment, no network, no capability and no way to write the root', async () => {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
    const { stdout } = await shell(sandbox, 'id -u; id -g; env | cut -d= -f1 | sort | tr "\\n" " "');
    expect(stdout).toMatch(/^10001\n10001\nHOME LANG PATH PWD (SHLVL )?TMPDIR (_ )?$/);

    const writes = await shell(
      sandbox,
      'for d in / /etc /usr /proc/sys/kernel; do touch $d/x 2>/dev/null && echo wrote $d; done; echo end',
    );
    expect(writes.stdout).toBe('end\n');

    const capabilities = await shell(sandbox, 'grep -E "^Cap(Eff|Prm|Bnd)" /proc/self/status | cut -f2 | sort -u');
    expect(capabilities.stdout.trim()).toBe('0000000000000000');

    const connect = await shell(
      sandbox,
      `node -e "require('net').connect({host:'1.1.1.1',port:80,timeout:3000}).on('error',e=>console.log(e.code)).on('timeout',()=>console.log('TIMEOUT')).on('connect',()=>console.log('CONNECTED'))"`,
    );
    expect(connect.stdout.trim()).toMatch(/^(ENETUNREACH|EHOSTUNREACH|TIMEOUT)$/);
    const interfaces = await shell(sandbox, `node -p "Object.keys(require('os').networkInterfaces()).join()"`);
    expect(interfaces.stdout.trim()).toMatch(/^(lo)?$/);
  });

  it('executes files of the workspace in build and never in the scratch folder', async () => {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['run.sh', '#!/bin/sh\necho ran\n', '100755']]), { signal: never }));
    expect((await shell(sandbox, './run.sh')).stdout).toBe('ran\n');
    expect((await shell(sandbox, 'cp run.sh $TMPDIR/ && $TMPDIR/run.sh')).stdout).toBe('ran\n');
    expect((await shell(sandbox, 'cp run.sh /tmp/ && /tmp/run.sh')).exitCode).toBe(126);
    expect((await shell(sandbox, 'cp run.sh /dev/shm/ && /dev/shm/run.sh')).exitCode).toBe(126);
  });

  it('mounts the workspace of a locked box without the right to execute', async () => {
    const sandbox = await boxes.start('locked', runtime);
    const running = await boxes.docker.getContainer(sandbox.id).exec({
      Cmd: [
        'sh',
        '-c',
        'for d in /workspace /tmp; do cp /bin/true $d/t; $d/t; echo $?; done; touch /x || echo readonly',
      ],
      AttachStdout: true,
      AttachStderr: false,
    });
    const stream = await running.start({});
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
    }
    expect(text.replaceAll(/[^\d\na-z]/g, '')).toMatch(/126\n[^\n]*126\n[^\n]*readonly/s);
  });

  it('refuses commands in a locked box', async () => {
    const sandbox = await boxes.start('locked', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), { signal: never }));
    const refused = await sandbox.request(
      'run_command',
      { argv: ['true'], environment: {}, timeoutMs: 1_000, maxOutputBytes: 100 },
      { signal: never },
    );
    expect(refused).toMatchObject({ ok: false, error: { reason: 'request-refused', detail: 'unknown-method' } });
    expect((await sandbox.request('list_changes', {}, { signal: never })).ok).toBe(true);
  });
});

describe.skipIf(skip)('an image that declares a volume', () => {
  const boxes = openBoxes('volume');
  it('is refused: the volume would be a folder of the host', async () => {
    const spec = await boxes.spec('locked', 'runc');
    const container = await boxes.docker.createContainer({ Image: spec.image, Cmd: ['true'] });
    const { Id: image } = await container.commit({ changes: 'VOLUME /data' });
    await container.remove();
    try {
      expect(await boxes.engine.start({ ...spec, image }, never)).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining('/data') },
      });
      expect(await boxes.remaining()).toEqual([]);
    } finally {
      await boxes.docker.getImage(image).remove();
    }
  });

  it('and one that is not there are both failures', async () => {
    const spec = await boxes.spec('locked', 'runc');
    const image = `sha256:${'0'.repeat(64)}`;
    expect(await boxes.engine.start({ ...spec, image }, never)).toMatchObject({
      ok: false,
      error: { reason: 'image-missing' },
    });
  });
});

describe.skipIf(skip)('the choice of a runtime', () => {
  const boxes = openBoxes('runtime');

  it('takes gVisor after a probe box showed its own kernel', async () => {
    const chosen = value(await boxes.engine.chooseRuntime({ requireGvisor: true }, never));
    expect(chosen).toEqual({ name: 'runsc', isolatedKernel: true });
  });

  it('says of runc that the kernel is shared', async () => {
    const chosen = value(await boxes.engine.chooseRuntime({ requireGvisor: false, preferred: 'runc' }, never));
    expect(chosen).toEqual({ name: 'runc', isolatedKernel: false });
  });
});
