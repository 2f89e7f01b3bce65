import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { labelNames } from '../../../src/core/sandbox/profiles.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { mendingTurns } from './counterScript.ts';
import { Product, taskOf, until } from './product.ts';

const { skip, why } = requireEngine();
const goal = 'down() goes below zero; make it stop there';

describe.skipIf(skip).each(['runc', 'runsc'] as const)(`nightshift run under %s ${why}`, (runtime) => {
  let product: Product;
  let fake: FakeOllama;

  afterEach(async () => {
    await fake.close();
    await product.remove();
  });

  it('ends with the promised line and a green proof, in boxes with every flag of their profile, and leaves nothing', async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: runtime } });
    fake = await startFakeOllama({ script: mendingTurns });
    const running = product.start(['run', goal, '--json', '--model', 'ollama:scripted', '--ollama-host', fake.url]);
    const seen = new Map<string, Docker.ContainerInspectInfo>();
    let ended = false;
    void running.finished.then(() => (ended = true));
    while (!ended) {
      for (const { Id } of await product.boxes()) {
        const found = await product.inspect(Id).catch(() => undefined);
        if (found?.State.Running === true) {
          seen.set(Id, found);
        }
      }
      await delay(40);
    }
    const finished = await running.finished;
    expect(finished).toMatchObject({ code: 0, stderr: '' });

    const task = taskOf(finished);
    expect(task).toMatchObject({
      state: 'ready',
      changeset: { files: [{ path: 'src/counter.js', status: 'modified', additions: 1, deletions: 1 }] },
      proof: {
        verdict: 'green',
        base: { passed: 2, failed: 1, total: 3 },
        patched: { passed: 3, failed: 0, total: 3 },
      },
      votes: [{ agent: 'implementer', vote: 'approve', hash: task.changeset?.hash }],
      usage: { steps: 4 },
    });
    expect(task.reason).toBeUndefined();
    expect(task.usage.newTokens).toBeGreaterThan(0);
    expect(task.usage.tokens).toBeGreaterThan(task.usage.newTokens);

    const profiles = [...seen.values()].map((box) => expectProfile(box, runtime));
    expect(new Set(profiles)).toEqual(new Set(['locked', 'build']));
    expect([...seen.values()].map((box) => box.Config.Labels[labelNames.task])).toEqual([...seen].map(() => task.id));

    const chats = fake.requests.filter((request) => request.path === '/api/chat');
    expect(chats).toHaveLength(4);
    for (const { body } of chats) {
      const chat = z.looseObject({ stream: z.boolean(), options: z.looseObject({ num_ctx: z.int() }) }).parse(body);
      expect(chat.options.num_ctx).toBe(16_384);
      expect(chat.stream).toBe(true);
    }
    expect(fake.violations).toEqual([]);

    expect(await product.boxes()).toEqual([]);
    expect(await product.volumes()).toEqual([]);
    await until('the idle agent host has ended', () => product.hostProcesses().length === 0, 6_000);
    expect(product.hostPid()).toBeUndefined();
    expect(existsSync(product.paths.socket)).toBe(false);
    expect(readdirSync(join(product.paths.directory, 'work'))).toEqual([]);
    expect(readdirSync(product.paths.directory).sort()).toEqual([
      'heads',
      'host.log',
      'lock',
      'store.git',
      'tasks',
      'work',
    ]);
  });
});

/** Checks what the engine says of a live box, flag by flag, and answers its profile. */
function expectProfile(box: Docker.ContainerInspectInfo, runtime: 'runc' | 'runsc'): string | undefined {
  const { Config, HostConfig, Mounts, NetworkSettings } = box;
  const profile = Config.Labels[labelNames.profile];
  const build = profile === 'build';
  expect(Config).toMatchObject({ User: '10001:10001', Tty: false, OpenStdin: true, StdinOnce: true });
  expect(Config.Labels).toMatchObject({
    [labelNames.managed]: '1',
    [labelNames.kind]: 'sandbox',
    [labelNames.owner]: expect.stringMatching(/^\d+:\d+:[0-9a-f]+$/),
    [labelNames.spec]: expect.stringMatching(/^[0-9a-f]{64}$/),
    [labelNames.run]: expect.stringMatching(build ? /^(run-\w+|proof)$/ : /^run-\w+$/),
  });
  const memory = (build ? 4 : 1.5) * 2 ** 30;
  expect(HostConfig).toMatchObject({
    Runtime: runtime,
    NetworkMode: 'none',
    CapDrop: ['ALL'],
    CapAdd: null,
    Privileged: false,
    ReadonlyRootfs: true,
    SecurityOpt: ['no-new-privileges'],
    PidsLimit: build ? 512 : 256,
    Memory: memory,
    MemorySwap: memory,
    IpcMode: runtime === 'runc' ? 'none' : 'private',
    LogConfig: { Type: 'none' },
    AutoRemove: true,
    PidMode: '',
  });
  expect(HostConfig.NanoCpus).toBeGreaterThan(0);
  expect(HostConfig.NanoCpus).toBeLessThanOrEqual(build ? 2e9 : 1e9);
  expect(HostConfig.Tmpfs?.['/workspace']).toBe(
    build
      ? 'rw,exec,nosuid,nodev,size=2147483648,mode=1777,uid=10001,gid=10001'
      : 'rw,noexec,nosuid,nodev,size=536870912,mode=1777,uid=10001,gid=10001',
  );
  expect(HostConfig.Tmpfs?.['/tmp']).toBe('rw,noexec,nosuid,nodev,size=67108864,mode=1777,uid=10001,gid=10001');
  expect(HostConfig.Binds ?? []).toEqual([]);
  expect(HostConfig.Devices ?? []).toEqual([]);
  expect(Mounts).toEqual([]);
  expect(Object.keys(NetworkSettings.Networks).filter((name) => name !== 'none')).toEqual([]);
  return profile;
}
