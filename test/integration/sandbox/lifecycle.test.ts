import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { toCreateOptions } from '../../../src/node/sandbox/createOptions.ts';
import { currentOwner, ownerOf } from '../../../src/node/sandbox/owner.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, shell, treeOf, value } from './boxes.ts';

const { skip, why } = requireEngine();
const options = { signal: never };

describe.skipIf(skip).each(runtimes)(`the life of a box under %s ${why}`, (runtime) => {
  const boxes = openBoxes(`life-${runtime}`);
  afterEach(() => boxes.destroyAll());
  afterAll(async () => expect(await boxes.remaining()).toEqual([]));

  async function goneWithin(id: string, milliseconds: number): Promise<number> {
    const began = performance.now();
    while (performance.now() - began < milliseconds) {
      if (!(await boxes.remaining()).includes(id)) {
        return performance.now() - began;
      }
      await delay(20);
    }
    throw new Error(`The box is still there after ${milliseconds} ms.`);
  }

  it('turns the death of the box in the middle of a call into a value', async () => {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), options));
    const call = sandbox.request(
      'run_command',
      { argv: ['sleep', '30'], environment: {}, timeoutMs: 40_000, maxOutputBytes: 100 },
      { signal: never, deadlineMs: 60_000 },
    );
    await delay(200);
    await boxes.docker.getContainer(sandbox.id).kill();
    expect(await call).toMatchObject({ ok: false, error: { reason: 'sandbox-died', cause: 'killed' } });
    expect(await sandbox.died).toMatchObject({ reason: 'sandbox-died', message: expect.stringContaining('137') });
    expect(await sandbox.request('list_changes', {}, options)).toMatchObject({
      ok: false,
      error: { reason: 'sandbox-died' },
    });
    await goneWithin(sandbox.id, 5_000);
  });

  it('survives a command that eats all memory, or dies as a value', async () => {
    const spec = await boxes.spec('build', runtime);
    const small = { path: '/workspace', bytes: 64 * 2 ** 20, exec: true };
    const sandbox = value(
      await boxes.engine.start({ ...spec, tmpfs: [small, ...spec.tmpfs.slice(1)], memoryBytes: 600 * 2 ** 20 }, never),
    );
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), options));
    const eaten = await sandbox.request(
      'run_command',
      {
        argv: ['node', '-e', 'const a=[];for(;;)a.push(Buffer.alloc(64<<20,1))'],
        environment: {},
        timeoutMs: 60_000,
        maxOutputBytes: 1_000,
      },
      { signal: never, deadlineMs: 70_000 },
    );
    if (runtime === 'runc') {
      // The kernel ends the command, which made itself the first victim, and the guest lives to tell.
      expect(value(eaten)).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: false, outOfMemory: true });
      expect((await shell(sandbox, 'echo alive')).stdout).toBe('alive\n');
    } else {
      // gVisor's whole sandbox is one process to the host.
      expect(eaten).toMatchObject({ ok: false, error: { reason: 'sandbox-died', cause: 'out-of-memory' } });
      expect(await sandbox.died).toMatchObject({ reason: 'sandbox-died', cause: 'out-of-memory' });
    }
    await sandbox.destroy();
  });

  it('ends a call at its deadline and the box with it', async () => {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), options));
    const late = await sandbox.request(
      'run_command',
      { argv: ['sleep', '30'], environment: {}, timeoutMs: 40_000, maxOutputBytes: 100 },
      { signal: never, deadlineMs: 300 },
    );
    expect(late).toMatchObject({ ok: false, error: { reason: 'timeout' } });
    expect((await sandbox.died).reason).toBe('timeout');
    expect(await boxes.remaining()).not.toContain(sandbox.id);
  });

  it('answers an abort at once', async () => {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['a.txt', 'a']]), options));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const aborted = await sandbox.request(
      'run_command',
      { argv: ['sleep', '30'], environment: {}, timeoutMs: 40_000, maxOutputBytes: 100 },
      { signal: controller.signal },
    );
    expect(aborted).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await sandbox.died;
  });

  it('destroys a box as often as it is asked to', async () => {
    const sandbox = await boxes.start('locked', runtime);
    await Promise.all([sandbox.destroy(), sandbox.destroy()]);
    await sandbox.destroy();
    expect(await boxes.remaining()).not.toContain(sandbox.id);
    expect(await sandbox.died).toMatchObject({ reason: 'sandbox-died' });
  });

  it('leaves no box when a tree could not be read, and none when a start is aborted', async () => {
    const sandbox = await boxes.start('locked', runtime);
    async function* broken() {
      yield { path: 'a.txt', mode: '100644' as const, bytes: new Uint8Array(10) };
      throw new Error('disk on fire');
    }
    expect(await sandbox.putTree(broken(), options)).toMatchObject({ ok: false, error: { reason: 'request-refused' } });
    await sandbox.died;
    const spec = await boxes.spec('locked', runtime);
    for (const milliseconds of [1, 8, 30, 60]) {
      const starting = boxes.engine.start(spec, AbortSignal.timeout(milliseconds));
      expect(await starting).toMatchObject({ ok: false, error: { reason: 'aborted' } });
      expect(await boxes.remaining()).toEqual([]);
    }
  });

  it('is gone soon after the process that owned it was killed', async () => {
    const script = fileURLToPath(new URL('./boxOwner.ts', import.meta.url));
    const child = spawn(process.execPath, [script, runtime, `life-${runtime}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    const id = String(line).trim();
    expect(await boxes.remaining()).toContain(id);
    child.kill('SIGKILL');
    expect(await goneWithin(id, 5_000)).toBeLessThan(2_000);
  });

  it('reaps what a dead owner left, and nothing else', async () => {
    const living = await boxes.start('locked', runtime);
    const dead = spawn(process.execPath, ['-e', '0']);
    const owner = ownerOf(dead.pid ?? 0);
    await once(dead, 'exit');
    const create = async (ownedBy: string) => {
      const spec = await boxes.spec('locked', runtime, ownedBy);
      return boxes.docker.createContainer({
        ...toCreateOptions(spec, { name: '', engineCpus: 1 }),
        name: `reap-${runtime}-${ownedBy.length}-${Date.now()}`,
      });
    };
    const orphan = await create(owner);
    const elsewhere = await create('1234:99:0123456789abcdef');
    try {
      expect(value(await boxes.engine.reap(never))).toBeGreaterThanOrEqual(1);
      const remaining = await boxes.remaining();
      expect(remaining).not.toContain(orphan.id);
      expect(remaining).toContain(living.id);
      expect(remaining).toContain(elsewhere.id);
      expect(living.spec.labels['nightshift.owner']).toBe(currentOwner());
    } finally {
      await elsewhere.remove({ force: true });
    }
  });

  it('serves twenty boxes at once', async () => {
    const started = await Promise.all(Array.from({ length: 20 }, () => boxes.start('locked', runtime)));
    expect(new Set(started.map((sandbox) => sandbox.id)).size).toBe(20);
    await boxes.destroyAll();
    expect(await boxes.remaining()).toEqual([]);
  });
});

describe.skipIf(skip)('an engine that is not there', () => {
  it('is a failure that names the way out', async () => {
    const { createDockerEngine } = await import('../../../src/node/sandbox/dockerEngine.ts');
    const engine = createDockerEngine({
      guestSource: '',
      endpoint: 'unix:///nowhere/docker.sock',
      ensureImage: () => Promise.reject(new Error('not reached')),
    });
    expect(await engine.info(never)).toMatchObject({
      ok: false,
      error: { reason: 'engine-unavailable', message: expect.stringContaining('DOCKER_HOST') },
    });
  });
});
