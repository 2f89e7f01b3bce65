import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../../src/core/sandbox/sandbox.ts';
import { startSandbox } from '../../../src/node/sandbox/startSandbox.ts';
import { nullLogger } from '../../../src/base/logger.ts';
import { guestBundle } from '../../fakes/guestBundle.ts';
import { requireEngine } from '../requirements.ts';
import { never, openBoxes, runtimes, shell, treeOf, value } from '../sandbox/boxes.ts';

const { skip, why } = requireEngine();
const attackSource = readFileSync(fileURLToPath(new URL('./attackGuest.py', import.meta.url)), 'utf8');

const attackSchema = z.record(z.string(), z.boolean());

describe.skipIf(skip).each(runtimes)(`a program that wants to speak as the guest under %s ${why}`, (runtime) => {
  const boxes = openBoxes(`impersonation-${runtime}`);
  afterEach(() => boxes.destroyAll());
  afterAll(async () => expect(await boxes.remaining()).toEqual([]));

  async function buildBox(): Promise<Sandbox> {
    const sandbox = await boxes.start('build', runtime);
    value(await sandbox.putTree(treeOf([['attack.py', attackSource]]), { signal: never }));
    return sandbox;
  }

  async function open(sandbox: Sandbox, line: string): Promise<readonly string[]> {
    const result = await shell(sandbox, line);
    if (result.exitCode !== 0) {
      throw new Error(result.stderr);
    }
    const ways = attackSchema.parse(JSON.parse(result.stdout));
    return Object.keys(ways).filter((way) => ways[way]);
  }

  it('finds open on any other process of its user what it finds closed on the guest', async () => {
    const sandbox = await buildBox();
    const onGuest = await open(sandbox, 'python3 attack.py 1');
    // With pipes for input and output, as the guest has them.
    const other = 'sleep 20 | (sleep 20 & echo $! > pid; wait) | cat > /dev/null &';
    const onOther = await open(
      sandbox,
      `${other} while [ ! -s pid ]; do sleep 0.1; done; python3 attack.py $(cat pid)`,
    );
    if (runtime === 'runc') {
      expect(onGuest).toEqual([]);
      expect(onOther).toEqual(
        expect.arrayContaining(['openOutput', 'readMemory', 'writeMemory', 'ptrace', 'readEnvironment', 'readMaps']),
      );
    } else {
      // gVisor's kernel opens nobody's memory to others; it opens descriptors, and no frame fits without the request's number.
      expect(onGuest).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/readMemory|writeMemory|vmRead|vmWrite|ptrace|takeDescriptor/)]),
      );
      expect(onOther).toContain('openOutput');
    }
    expect((await shell(sandbox, 'echo still served')).stdout).toBe('still served\n');
  });

  it('neither ends nor stops the guest with a signal, or costs its box', async () => {
    const sandbox = await buildBox();
    const signals = await sandbox.request(
      'run_command',
      {
        argv: ['sh', '-c', 'for s in HUP INT QUIT USR1 TERM STOP KILL; do kill -$s 1; done; echo sent'],
        environment: { LD_PRELOAD: '/workspace/repo/attack.py' },
        timeoutMs: 5_000,
        maxOutputBytes: 1_000,
      },
      { signal: never, deadlineMs: 10_000 },
    );
    if (runtime === 'runc') {
      expect(value(signals).stdout).toBe('sent\n');
      expect((await shell(sandbox, 'echo still served')).stdout).toBe('still served\n');
    } else {
      // gVisor lets a process of the same user end its first one: the box is lost, and said to be.
      expect(signals).toMatchObject({ ok: false, error: { reason: 'sandbox-died', cause: 'killed' } });
    }
  });

  it('learns from the greeting whether its guest is closed', async () => {
    const spec = await boxes.spec('locked', runtime);
    const started = value(
      await startSandbox(spec, {
        docker: boxes.docker,
        engineCpus: 1,
        podman: false,
        socket: false,
        guestSource: guestBundle(),
        logger: nullLogger,
        signal: never,
      }),
    );
    await started.sandbox.destroy();
    expect(started.hello.confinement).toEqual(
      runtime === 'runc'
        ? { capabilities: '0000000000000000', noNewPrivileges: true, seccomp: 2, dumpable: false }
        : { capabilities: '0000000000000000', noNewPrivileges: null, seccomp: 0, dumpable: true },
    );
  });
});
