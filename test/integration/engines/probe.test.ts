import type Docker from 'dockerode';
import { afterAll, describe, expect, it } from 'vitest';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import { currentOwner } from '../../../src/node/sandbox/owner.ts';
import { ok } from '../../../src/base/result.ts';
import { createDockerEngine } from '../../../src/node/sandbox/dockerEngine.ts';
import { connectEngine } from '../../../src/node/sandbox/engineConnection.ts';
import { ensureBaseImage } from '../../../src/node/sandbox/image/ensureBaseImage.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { Product } from '../product/product.ts';
import { requireEngine, requirePrograms } from '../requirements.ts';
import { never, openBoxes, value } from '../sandbox/boxes.ts';
import { PrivateDockerd } from './privateDockerd.ts';

const engine = requireEngine();
const programs = requirePrograms('dockerd');

type Options = Docker.ContainerCreateOptions;
type HostConfig = NonNullable<Options['HostConfig']>;

/** The real engine, which makes boxes that are not what was asked for: as one would whose kernel lacks what a flag needs. */
function engineThat(loosen: (options: Options) => Options) {
  const connection = value(connectEngine());
  const { docker } = connection;
  const create = docker.createContainer.bind(docker);
  Object.assign(docker, { createContainer: (options: Options) => create(loosen(options)) });
  return createDockerEngine({
    guestSource: guestBundle(),
    ensureImage: (api, options) => ensureBaseImage(api, { ...options, dockerfile: '' }),
    connect: () => ok(connection),
  });
}

const host = (changes: Partial<HostConfig>) => (options: Options) => ({
  ...options,
  HostConfig: { ...options.HostConfig, ...changes },
});

describe.skipIf(engine.skip)(`the probe of a runtime ${engine.why}`, () => {
  const boxes = openBoxes('probe');
  const own = { label: [`${labelNames.owner}=${currentOwner()}`] };
  afterAll(async () => expect(await boxes.docker.listContainers({ all: true, filters: own })).toEqual([]));

  it('passes the boxes that this machine makes, and takes gVisor for what it is', async () => {
    expect(value(await boxes.engine.chooseRuntime({ requireGvisor: true }, never))).toEqual({
      name: 'runsc',
      isolatedKernel: true,
    });
    expect(value(await boxes.engine.chooseRuntime({ requireGvisor: false, preferred: 'runc' }, never))).toEqual({
      name: 'runc',
      isolatedKernel: false,
    });
    expect(value(await boxes.engine.info(never))).toMatchObject({
      cpus: expect.any(Number),
      memoryBytes: expect.any(Number),
    });
  });

  it.each([
    ['--user', (options: Options) => ({ ...options, User: '0:0' })],
    ['--network: host', (options: Options) => host({ NetworkMode: 'host' })({ ...options, NetworkDisabled: false })],
    ['--cap-drop', host({ CapDrop: [] })],
    ['--cap-add: SYS_ADMIN', host({ CapAdd: ['SYS_ADMIN'] })],
    ['--read-only', host({ ReadonlyRootfs: false })],
    ['--security-opt no-new-privileges', host({ SecurityOpt: [] })],
    ['--security-opt seccomp: no filter in force', host({ SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] })],
    ['--volume: /host', host({ Binds: ['/usr/share:/host:ro'] })],
    ['--pid: host', host({ PidMode: 'host' })],
    [
      '--tmpfs /tmp: files there can be executed',
      (options: Options) =>
        host({ Tmpfs: { ...options.HostConfig?.Tmpfs, '/tmp': 'rw,exec,nosuid,nodev,size=67108864,mode=1777' } })(
          options,
        ),
    ],
    ['(memory, swap)', host({ Memory: 0, MemorySwap: 0 })],
    ['(processes)', host({ PidsLimit: 0 })],
  ] satisfies readonly (readonly [string, (options: Options) => Options])[])(
    'refuses a runtime whose box is looser by %s, in words that name it',
    async (flag, loosen) => {
      const chosen = await engineThat(loosen).chooseRuntime({ requireGvisor: false, preferred: 'runc' }, never);
      expect(chosen).toMatchObject({
        ok: false,
        error: { reason: 'runtime-unavailable', message: expect.stringContaining(flag) },
      });
    },
  );

  it('refuses a gVisor that is runc under another name', async () => {
    const chosen = await engineThat(host({ Runtime: 'runc' })).chooseRuntime({ requireGvisor: true }, never);
    expect(chosen).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/--runtime: runc.*sandbox\.requireGvisor/) },
    });
  });
});

describe.skipIf(engine.skip || programs.skip)(`an engine without gVisor ${programs.why}`, () => {
  it('gets no task that requires it', async () => {
    const dockerd = await PrivateDockerd.start(() => []);
    const product = new Product({ fixture: 'node-counter', variables: { DOCKER_HOST: `unix://${dockerd.socket}` } });
    const fake = await startFakeOllama({ script: [] });
    try {
      const { code, task } = await product.task([
        'run',
        'anything',
        '--require-gvisor',
        '--model',
        'ollama:scripted',
        '--ollama-host',
        fake.url,
      ]);
      expect(code).not.toBe(0);
      expect(task).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(/gVisor is required.*install gVisor/),
      });
    } finally {
      await fake.close();
      await product.remove();
      await dockerd.stop();
    }
  });
});
