import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pack } from 'tar-stream';
import { followEngineProgress } from '../../../src/node/sandbox/image/engineProgress.ts';
import { toCreateOptions } from '../../../src/node/sandbox/createOptions.ts';
import { ownerOf } from '../../../src/node/sandbox/owner.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { mendingTurns } from '../product/counterScript.ts';
import { Product, until } from '../product/product.ts';
import { requirePrograms } from '../requirements.ts';
import { type Boxes, never, openBoxes, shell, treeOf, value } from '../sandbox/boxes.ts';
import { RootlessPodman } from './rootlessPodman.ts';

const { skip, why } = requirePrograms('podman', 'newuidmap', 'useradd', 'setpriv');
/** With cgroup v2 the same Podman keeps limits, and then there is nothing to refuse. */
const keepsLimits = existsSync('/sys/fs/cgroup/cgroup.controllers');
const options = { signal: never };
const allowed = { requireGvisor: false, allowUnlimited: true } as const;

describe.skipIf(skip)(`rootless Podman ${why}`, () => {
  let podman: RootlessPodman;
  let boxes: Boxes;

  beforeAll(async () => {
    podman = await RootlessPodman.start();
    boxes = openBoxes('podman', podman.endpoint);
    value(await boxes.engine.ensureBaseImage(never));
  });
  afterEach(async () => {
    await boxes.destroyAll();
    expect(await boxes.remaining()).toEqual([]);
  });
  afterAll(() => podman.stop());

  it('takes the assembled image and finds it again', async () => {
    const progress: string[] = [];
    const again = value(await boxes.engine.ensureBaseImage(never, (line) => progress.push(line)));
    expect(again.image).toMatch(/^nightshift\/base:[0-9a-f]{16}$/);
    expect(progress).toEqual([]);
    const { Config } = await boxes.docker.getImage(again.id).inspect();
    expect(Config).toMatchObject({
      User: '10001:10001',
      WorkingDir: '/workspace',
      Labels: { 'nightshift.managed': '1' },
    });
  });

  it('lends Node to an image without', async () => {
    const archive = pack();
    archive.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync('/usr/bin/busybox'));
    archive.entry({ name: 'bin/sh', type: 'symlink', linkname: 'busybox' });
    archive.finalize();
    const repo = 'localhost/nightshift-test/busybox:1';
    const progress = await boxes.docker.importImage(Readable.from(archive, { objectMode: false }), { repo });
    await followEngineProgress(boxes.docker, progress, () => undefined);
    const { Id: image } = await boxes.docker.getImage(repo).inspect();
    const box = value(await boxes.engine.start({ ...(await boxes.spec('build', 'runc')), image }, never));
    try {
      expect(box.spec.mounts).toEqual([expect.objectContaining({ kind: 'volume', target: '/opt/nightshift' })]);
      value(await box.putTree(treeOf([['a.txt', 'a']]), options));
      const tried = await shell(box, 'busybox cat a.txt; (echo x > /opt/nightshift/x) 2>/dev/null || echo refused');
      expect(tried.stdout).toBe('arefused\n');
    } finally {
      await box.destroy();
    }
  });

  if (!keepsLimits) {
    it('is refused where it keeps no limits, with the way out, and is badged where that is allowed', async () => {
      expect(value(await boxes.engine.info(never)).unenforced).toEqual(['memory', 'swap', 'processes', 'processors']);
      for (const requireGvisor of [false, true]) {
        expect(await boxes.engine.chooseRuntime({ requireGvisor }, never)).toMatchObject({
          ok: false,
          error: {
            reason: 'runtime-unavailable',
            message: expect.stringMatching(/memory.*cgroup v2.*sandbox\.allowUnlimited/),
          },
        });
      }
      expect(value(await boxes.engine.chooseRuntime(allowed, never))).toEqual({
        name: 'runc',
        isolatedKernel: false,
        unenforced: ['memory', 'swap', 'processes', 'processors'],
      });
    });
  }

  it('is not taken for gVisor when it drops the name of the runtime', async () => {
    const chosen = await boxes.engine.chooseRuntime({ requireGvisor: true, allowUnlimited: true }, never);
    expect(chosen).toMatchObject({ ok: false, error: { message: expect.stringContaining('gVisor is required') } });
  });

  it('serves the whole life of a box through the same driver', async () => {
    const sandbox = await boxes.start('build', 'runc');
    expect(value(await sandbox.putTree(treeOf([['a.sh', '#!/bin/sh\necho ran', '100755']]), options))).toEqual({
      files: 1,
    });
    expect(await shell(sandbox, './a.sh; id -u; exit 3')).toMatchObject({ exitCode: 3, stdout: 'ran\n10001\n' });
    value(await sandbox.request('write_file', { path: 'b.txt', content: 'new' }, options));
    expect(value(await sandbox.request('list_changes', {}, options)).changes).toMatchObject([
      { path: 'b.txt', op: 'write' },
    ]);
    const writes = await shell(
      sandbox,
      'for d in / /etc /run /var/tmp /usr; do touch $d/x 2>/dev/null && echo wrote $d; done; true',
    );
    expect(writes.stdout).toBe('');
    const status = await shell(sandbox, 'grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/1/status | cut -f2');
    expect(status.stdout).toBe('0000000000000000\n1\n2\n');
  });

  it('turns the death of a box in a call into a value', async () => {
    const sandbox = await boxes.start('build', 'runc');
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), options));
    const call = sandbox.request(
      'run_command',
      { argv: ['sleep', '30'], environment: {}, timeoutMs: 40_000, maxOutputBytes: 100 },
      { signal: never, deadlineMs: 60_000 },
    );
    await delay(200);
    await boxes.docker.getContainer(sandbox.id).kill();
    expect(await call).toMatchObject({ ok: false, error: { reason: 'sandbox-died' } });
    await sandbox.died;
  });

  it('is rid of what a dead owner left', async () => {
    const dead = spawn(process.execPath, ['-e', '0']);
    const owner = ownerOf(dead.pid ?? 0);
    await once(dead, 'exit');
    const spec = await boxes.spec('locked', 'runc', owner);
    await boxes.docker.createContainer(
      toCreateOptions(spec, { name: `reap-${Date.now()}`, engineCpus: 1, podman: true }),
    );
    expect(await boxes.remaining()).toHaveLength(1);
    expect(value(await boxes.engine.reap(never))).toBe(1);
  });

  it('runs a whole task where the user allowed it, and says on every page that limits are missing', async () => {
    const product = new Product({ fixture: 'node-counter', variables: { DOCKER_HOST: podman.endpoint } });
    const fake = await startFakeOllama({ script: mendingTurns });
    const words = [
      'run',
      'down() goes below zero; make it stop there',
      '--model',
      'ollama:scripted',
      '--ollama-host',
      fake.url,
    ];
    try {
      if (!keepsLimits) {
        const refused = await product.task(words);
        expect(refused).toMatchObject({
          task: { state: 'failed', reason: expect.stringContaining('sandbox.allowUnlimited') },
        });
        expect(refused.code).not.toBe(0);
      }
      const { code, task } = await product.task([...words, '--allow-unlimited']);
      expect({ code, state: task.state, verdict: task.proof?.verdict }).toEqual({
        code: 0,
        state: 'ready',
        verdict: 'green',
      });
      const shown = await product.run(['show', task.id]);
      expect(shown.stdout).toContain(
        keepsLimits ? 'shared kernel' : 'limits not enforced: memory, swap, processes, processors',
      );
      expect(await product.run(['trace', 'verify', task.id])).toMatchObject({ code: 0 });
      if (!keepsLimits) {
        const doctor = await product.run(['doctor']);
        expect(doctor.stdout).toContain('limits not enforced: memory');
      }
      await until('no box is left', async () => (await boxes.docker.listContainers({ all: true })).length === 0);
    } finally {
      await fake.close();
      await product.remove();
    }
  }, 300_000);
});
