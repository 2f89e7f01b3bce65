import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { toldBy } from '../mcpAnswer.ts';
import { requireEngine } from '../requirements.ts';
import { installedCli } from './bundles.ts';
import { mendingTurns } from './counterScript.ts';
import { Product, until } from './product.ts';

const { skip, why } = requireEngine();

describe.skipIf(skip)(`the installed command as a server of other agents ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  let client: Client;

  beforeEach(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_MEMORY: 'on' } });
    fake = await startFakeOllama({ script: mendingTurns });
    client = new Client({ name: 'another agent', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [installedCli(), 'mcp', '--model', 'ollama:scripted', '--ollama-host', fake.url],
        cwd: product.root,
        env: product.variables,
      }),
    );
  });

  afterEach(async () => {
    await client.close();
    await fake.close();
    await product.remove();
  });

  it('does a task in real sandboxes, proves it, hands the patch out, and finds the code, with the checkout untouched', async () => {
    const before = product.snapshot();
    const started = await toldBy(client, 'delegate', {
      goal: 'down() goes below zero; make it stop there',
      file: 'src/counter.js',
    });
    expect(started).toMatchObject({ isError: false });
    const id = /task-[0-9a-z]{10}/.exec(started.text)?.[0] ?? '';
    const told: string[] = [];
    const done = await toldBy(client, 'status', { task: id, waitSeconds: 100 }, (message) => told.push(message));
    expect(done.text).toContain(`Task ${id} is ready, proof green, 4 of`);
    expect(done.text).toContain('modified src/counter.js +1 -1');
    expect(told).toEqual(expect.arrayContaining(['task-created', 'model-answered', 'proof-ended']));

    const { text } = await toldBy(client, 'patch', { task: id, paths: ['src/counter.js'] });
    expect(text).toContain('+    this.#value = Math.max(0, this.#value - step);');
    expect(text).toContain('Nothing of it is in the checkout by this');
    expect((await toldBy(client, 'patch', { task: id, paths: ['../elsewhere'] })).text).not.toContain('Math.max');

    const recalled = await toldBy(client, 'recall', { query: 'Counter down' });
    expect(recalled).toMatchObject({ isError: false, text: expect.stringContaining('src/counter.js') });

    expect(product.snapshot()).toEqual(before);
    expect(fake.violations).toEqual([]);
    const shown = await product.task(['show', id]);
    expect(shown.task).toMatchObject({ id, state: 'ready', proof: { verdict: 'green' } });
    await client.close();
    await until('the boxes are gone', async () => (await product.boxes()).length === 0, 60_000);
  });
});
