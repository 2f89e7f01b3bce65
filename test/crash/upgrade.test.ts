import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostProtocolVersion } from '../../src/protocol/host.ts';
import { readHostLock } from '../../src/host/hostLock.ts';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import { Product, until } from '../integration/product/product.ts';
import { requireEngine } from '../integration/requirements.ts';
import { newerCli } from './newerProduct.ts';

const { skip, why } = requireEngine();
const folder = mkdtempSync(join(tmpdir(), 'nightshift-newer-'));
let newer: string;
let product: Product;
let fake: FakeOllama;

beforeAll(async () => {
  newer = await newerCli(folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach(async () => {
  fake = await startFakeOllama({ script: [{ text: 'I think', fault: 'stallMid' }] });
  product = new Product({
    fixture: 'node-counter',
    variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', NIGHTSHIFT_IDLE_SECONDS: '60' },
  });
});

afterEach(async () => {
  await product.remove();
  await fake.close();
});

/** Runs the command of the next version in the repository. */
function next(...words: string[]): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [newer, ...words], {
    cwd: product.root,
    env: product.variables,
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

function host(): { readonly pid: number; readonly protocol: number } {
  const holder = readHostLock(product.paths.lock);
  if (holder === undefined) {
    throw new Error('No agent host holds the lock.');
  }
  return holder;
}

async function delegate(): Promise<string> {
  const words = ['run', 'stop at zero', '--detach', '--model', 'ollama:scripted', '--ollama-host', fake.url];
  const { task } = await product.task(words);
  await until('the model is asked', () => fake.requests.some((request) => request.path === '/api/chat'));
  return task.id;
}

describe.skipIf(skip)(`a newer version beside an older one ${why}`, () => {
  it('takes the place of an older host that is idle, and keeps its tasks', async () => {
    const id = await delegate();
    expect(await product.run(['cancel', id])).toMatchObject({ code: 0 });
    await until('the task is cancelled', async () => (await product.task(['show', id])).task.state === 'cancelled');
    const older = host();
    expect(older.protocol).toBe(hostProtocolVersion);
    expect(next('tasks', '--json')).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(id) });
    expect(host().protocol).toBe(hostProtocolVersion + 1);
    expect(host().pid).not.toBe(older.pid);
    await until('the older process is gone', () => !product.hostProcesses().includes(older.pid), 2_000);
  });

  it('leaves an older host alone whose tasks are at work, and says what to do', async () => {
    const id = await delegate();
    const older = host();
    const refused = next('tasks');
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toMatch(/process \d+\) is older than this nightshift and has tasks at work\. Wait until/);
    expect(refused.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(host()).toEqual(older);
    expect((await product.task(['show', id])).task.state).toBe('working');
    expect(next('host', 'stop')).toMatchObject({ code: 1, stderr: refused.stderr });
    expect(host()).toEqual(older);
    expect(next('host', 'stop', '--force')).toMatchObject({ code: 0 });
    expect(next('show', id, '--json')).toMatchObject({ code: 0, stdout: expect.stringContaining('"state":"working"') });
    expect(host().protocol).toBe(hostProtocolVersion + 1);
  });

  it('is not disturbed by an older command, which says what to do', async () => {
    expect(next('tasks')).toMatchObject({ code: 0 });
    const present = host();
    const refused = await product.run(['tasks']);
    expect(refused).toMatchObject({ code: 3, stdout: '' });
    expect(refused.stderr).toContain(
      `nightshift 99.0.0 with protocol ${hostProtocolVersion + 1}, this client speaks protocol ${hostProtocolVersion}. Reload the window`,
    );
    expect(host()).toEqual(present);
  });
});
