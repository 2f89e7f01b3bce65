import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';
import { forgottenSchema } from '../../../src/protocol/memory.ts';
import type { FakeEmbedding } from '../../fakes/ollama/embeddings.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { Product } from './product.ts';
import { until } from './product.ts';
import { shop, lines, command, index, recall, indexers, memoryFolder } from './memoryShop.ts';

describe('a memory that finds by meaning', () => {
  let product: Product;
  let fake: FakeOllama;
  const embedding: FakeEmbedding = { dimensions: 32 };
  beforeAll(async () => {
    product = shop();
    for (let at = 0; at < 70; at += 1) {
      product.write(
        `notes/note${at}.md`,
        `# Note ${at}\n\nThe shelf number ${at * 7_919} holds things of kind ${at}.\n`,
      );
    }
    fake = await startFakeOllama({ script: [], models: [{ name: 'nomic-embed-text:latest', embedding }] });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await fake.close();
    await product.remove();
  });

  /** Of passages; the first word is what tells how long a vector is. */
  function embedded(): string[] {
    return fake.requests
      .filter(({ path }) => path === '/api/embed')
      .flatMap(({ body }) => z.object({ input: z.array(z.string()) }).parse(body).input)
      .filter((text) => text !== 'dimensions');
  }

  async function connect(): Promise<HostClient> {
    for (const name of ['NIGHTSHIFT_HOME', 'XDG_RUNTIME_DIR', 'HOME']) {
      vi.stubEnv(name, product.variables[name]);
    }
    const connected = await connectHost({
      root: product.root,
      entry: { node: process.execPath, script: 'not started here' },
      client: 'test',
      trace: false,
      start: false,
      signal: AbortSignal.timeout(60_000),
    });
    if (!connected.ok) {
      throw new Error(connected.error.message);
    }
    return connected.value;
  }

  it('embeds what it indexed with the model that was set, and goes on where it was killed', async () => {
    await index(product, '--wait');
    const client = await connect();
    try {
      embedding.delayMs = 150;
      const settings = { by: 'ollama', host: fake.url, model: 'nomic-embed-text' } as const;
      expect((await client.request('setMemory', { embedding: settings, exclude: [], windowWatches: false })).ok).toBe(
        true,
      );
      const waiting = client.request('memorySettle', { vectors: true });
      await until('some texts are embedded', () => embedded().length >= 33);
      indexers(product).forEach((pid) => process.kill(pid, 'SIGKILL'));
      delete embedding.delayMs;
      const settled = await waiting;
      expect(settled).toMatchObject({ ok: true, value: { state: 'ready', vectors: { state: 'ready' }, problems: [] } });
      const vectors = settled.ok ? settled.value.vectors : undefined;
      expect(vectors?.total).toBeGreaterThan(75);
      expect(vectors?.done).toBe(vectors?.total);
      const texts = embedded();
      expect(new Set(texts).size).toBe(vectors?.total);
      expect(texts.length - new Set(texts).size).toBeLessThanOrEqual(16);
    } finally {
      client.dispose();
    }
    const hits = await recall(product, 'shelf number 79190 holds things of kind 10');
    expect(hits.some(({ reasons }) => reasons.some(({ by }) => by === 'vector'))).toBe(true);
  });

  it('embeds everything anew where it is rebuilt, also after its vectors were damaged', async () => {
    const { vectors } = await index(product, '--wait', '--vectors');
    const folder = join(memoryFolder(product), 'index', 'vectors');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(2);
    files.forEach(({ parentPath, name }) => writeFileSync(join(parentPath, name), 'damaged'));
    const before = embedded().length;
    const rebuilt = await index(product, '--rebuild', '--wait', '--vectors');
    expect(rebuilt).toMatchObject({ state: 'ready', vectors, problems: [] });
    expect(new Set(embedded().slice(before)).size).toBe(vectors.total);
    const hits = await recall(product, 'shelf number 79190 holds things of kind 10');
    expect(hits.some(({ reasons }) => reasons.some(({ by }) => by === 'vector'))).toBe(true);
  });

  it('answers everybody while files are forgotten and everything is made anew', async () => {
    await index(product, '--wait');
    const client = await connect();
    try {
      const refused: unknown[] = [];
      for (let round = 0; round < 8; round += 1) {
        const forgetting = client.request('forget', { what: 'path', path: 'notes' });
        await delay(round * 3);
        const answers = await Promise.all([
          forgetting,
          client.request('rebuildMemory', {}),
          client.request('recall', { query: 'parcels', count: 3, snippetTokens: 0 }),
          client.request('memorySettle', { vectors: false }),
        ]);
        refused.push(...answers.flatMap((answer) => (answer.ok ? [] : [answer.error])));
      }
      expect(refused).toEqual([]);
      expect(await client.request('rebuildMemory', {})).toMatchObject({ ok: true });
      const settled = await client.request('memorySettle', { vectors: true });
      expect(settled).toMatchObject({ ok: true, value: { state: 'ready', files: { indexed: 77 }, problems: [] } });
    } finally {
      client.dispose();
    }
  });

  it('keeps its vectors from one host to the next, and takes those of a forgotten path away', async () => {
    const before = embedded().length;
    expect((await product.run(['host', 'stop'])).code).toBe(0);
    const status = await index(product, '--wait', '--vectors');
    expect(status).toMatchObject({ state: 'ready', vectors: { model: 'ollama:nomic-embed-text', state: 'ready' } });
    expect(embedded().length).toBe(before);
    const forgotten = forgottenSchema.parse(
      lines(await command(product, 'memory', 'forget', '--path', 'notes')).at(-1),
    );
    expect(forgotten).toEqual({ episodes: 0, files: 70, vectors: 70 });
    expect((await index(product)).vectors).toMatchObject({
      done: status.vectors.done - 70,
      total: status.vectors.total - 70,
    });
  });

  it('finds by words while the model is away, and says what was not searched', async () => {
    await fake.close();
    const finished = await product.run(['recall', 'parcels warehouse', '--json']);
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    expect(lines(finished)[0]).toMatchObject({ type: 'hit', path: 'README.md' });
    expect(lines(finished).at(-1)).toMatchObject({ missing: [expect.stringMatching(/^vectors: .+/)] });
    expect(await index(product, '--pause', '--wait', '--vectors')).toMatchObject({ state: 'paused' });
  });
});
