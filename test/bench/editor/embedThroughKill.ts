import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { OpenHost } from './openHost.ts';

export interface EmbeddedThroughKill {
  readonly seconds: number;
  /** Share of all texts that had a vector when the indexer was killed. */
  readonly killedAt: number;
  /** Texts that were asked for again though their vectors had been given to the indexer. */
  readonly twice: number;
  /** Texts of the request that was under way, which nobody can have twice. */
  readonly underWay: number;
  /** Chunks without a vector at the end. */
  readonly missing: number;
  readonly total: number;
}

/** Texts at once in a request; the first word is what tells how long a vector is. */
const bodySchema = z.object({ input: z.array(z.string()) });

/** Lets a scripted model server embed all that is indexed, kills the indexer when the share is done, and counts the texts. */
export async function embedThroughKill(host: OpenHost, share: number): Promise<EmbeddedThroughKill> {
  const fake = await startFakeOllama({
    script: [],
    models: [{ name: 'nomic-embed-text:latest', embedding: { dimensions: 16 } }],
  });
  try {
    const began = performance.now();
    const embedding = { by: 'ollama', host: fake.url, model: 'nomic-embed-text' } as const;
    await host.client.request('setMemory', { embedding, exclude: [], windowWatches: true });
    const waiting = host.settle(true);
    const killedAt = await killAt(host, share);
    const before = requestsOf(fake);
    const last = await waiting;
    const requests = requestsOf(fake);
    const done = new Set(before.slice(0, -1).flat());
    const underWay = new Set(before.at(-1));
    const again = requests.slice(before.length).flat();
    return {
      seconds: (performance.now() - began) / 1_000,
      killedAt,
      twice: again.filter((text) => done.has(text)).length,
      underWay: again.filter((text) => underWay.has(text)).length,
      missing: last.vectors.total - last.vectors.done,
      total: last.vectors.total,
    };
  } finally {
    await fake.close();
  }
}

async function killAt(host: OpenHost, share: number): Promise<number> {
  const indexer = host.indexer();
  for (;;) {
    const { vectors } = await host.status();
    if (vectors.total > 0 && vectors.done >= vectors.total * share) {
      process.kill(indexer, 'SIGKILL');
      return vectors.done / vectors.total;
    }
    await delay(100);
  }
}

function requestsOf(fake: FakeOllama): string[][] {
  return fake.requests
    .filter(({ path }) => path === '/api/embed')
    .map(({ body }) => bodySchema.parse(body).input.filter((text) => text !== 'dimensions'));
}
