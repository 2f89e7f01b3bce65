import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import {
  EmbeddingQueue,
  type EmbeddingQueueOptions,
  type EmbeddingStatus,
} from '../../../../src/node/memory/embedding/embeddingQueue.ts';
import { CountingEmbedder } from '../../../fakes/memory/countingEmbedder.ts';
import { MemoryChunkSource } from '../../../fakes/memory/memoryChunkSource.ts';
import { MemoryVectorIndex } from '../../../fakes/memory/memoryVectorIndex.ts';
import { MemoryVectorJournal } from '../../../fakes/memory/memoryVectorJournal.ts';

const open: EmbeddingQueue[] = [];
const never = new AbortController().signal;

afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.close()));
});

function setUp(change: Partial<EmbeddingQueueOptions> = {}) {
  const parts = {
    embedder: new CountingEmbedder(),
    index: new MemoryVectorIndex(8),
    source: new MemoryChunkSource(),
    journal: new MemoryVectorJournal(),
  };
  const start = (more: Partial<EmbeddingQueueOptions> = {}): EmbeddingQueue => {
    const queue = new EmbeddingQueue({
      ...parts,
      strain: async () => ({}),
      share: 1,
      strainMs: 5,
      refusedMs: 10,
      ...change,
      ...more,
    });
    open.push(queue);
    queue.start();
    return queue;
  };
  return { ...parts, start };
}

describe('the embedding queue', () => {
  it('brings the index up to what the source has, each text once', async () => {
    const { embedder, index, source, start } = setUp();
    source.put('src/a.ts', ['one', 'two', 'one']);
    source.put('src/b.ts', ['two', 'three']);
    const queue = start();
    await queue.settle(never);
    expect(queue.status()).toEqual({ state: 'ready', done: 5, total: 5, leftOut: 0 });
    expect(embedder.embedded.toSorted()).toEqual(['src/a.ts\none', 'src/a.ts\ntwo', 'src/b.ts\nthree']);
    expect(index.hashesOf('src/a.ts')).toEqual(['hash of one', 'hash of two', 'hash of one']);
    expect(index.held.get('src/b.ts')?.map(({ ordinal, startLine }) => [ordinal, startLine])).toEqual([
      [0, 1],
      [1, 11],
    ]);
  });

  it('puts again texts that have other lines now, and embeds none of them', async () => {
    const { embedder, index, source, start } = setUp();
    source.put('src/a.ts', ['one', 'two']);
    const queue = start();
    await queue.settle(never);
    source.put('src/a.ts', ['one', 'two'], { firstLine: 4 });
    queue.changed(['src/a.ts']);
    await queue.settle(never);
    expect(index.held.get('src/a.ts')?.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [4, 13],
      [14, 23],
    ]);
    expect(embedder.embedded).toHaveLength(2);
  });

  it('embeds again what the index lost, once, and then says that nothing is lost', async () => {
    const { embedder, index, source, start } = setUp();
    source.put('src/a.ts', ['one']);
    source.put('src/b.ts', ['two', 'three']);
    const queue = start();
    await queue.settle(never);
    index.lose('src/b.ts');
    await queue.settle(never);
    expect(embedder.embedded).toHaveLength(5);
    expect(index.hashesOf('src/b.ts')).toEqual(['hash of two', 'hash of three']);
    expect(index.status().lostShards).toEqual([]);
    expect(queue.status()).toEqual({ state: 'ready', done: 3, total: 3, leftOut: 0 });
  });

  it('takes what is forgotten out of the journal as well, while it is paused and after a restart', async () => {
    const { index, journal, source, start } = setUp();
    const vector = (of: number): Float32Array => Float32Array.from({ length: 8 }, (_, at) => (at === of ? 1 : 0));
    await journal.append(
      new Map([
        ['hash of one', vector(0)],
        ['hash of two', vector(1)],
        ['hash of what is gone', vector(2)],
      ]),
    );
    source.put('src/a.ts', ['one', 'more']);
    source.put('src/b.ts', ['two', 'more']);
    const queue = start();
    queue.setPaused(true);
    await queue.settle(never);
    expect([...(await journal.read()).keys()].toSorted()).toEqual(['hash of one', 'hash of two']);
    source.take('src/a.ts');
    queue.changed(['src/a.ts']);
    await queue.settle(never);
    expect([...(await journal.read()).keys()]).toEqual(['hash of two']);
    expect(index.held.size).toBe(0);
  });

  it('embeds what is used first, then documents, then the often changed, and data last', async () => {
    const { embedder, source, start } = setUp({ embedder: new CountingEmbedder({ batch: 1 }) });
    void embedder;
    const own = new CountingEmbedder({ batch: 1 });
    source.put('data.json', ['data'], { kind: 'data', churn: 99 });
    source.put('src/cold.ts', ['cold']);
    source.put('src/hot.ts', ['hot'], { churn: 9 });
    source.put('docs/a.md', ['words'], { kind: 'document' });
    source.put('src/open.ts', ['open']);
    const queue = start({ embedder: own });
    queue.use(['src/open.ts']);
    await queue.settle(never);
    expect(own.embedded.map((text) => text.split('\n')[1])).toEqual(['open', 'words', 'hot', 'cold', 'data']);
  });

  it('lets what is opened in the middle go first', async () => {
    const own = new CountingEmbedder({ batch: 1 });
    const { source, start } = setUp({ embedder: own });
    for (let at = 0; at < 40; at += 1) {
      source.put(`src/${String(at).padStart(2, '0')}.ts`, [`text ${at}`]);
    }
    const queue = start();
    own.before = async () => {
      if (own.embedded.length === 3) {
        queue.use(['src/39.ts']);
      }
      return undefined;
    };
    await queue.settle(never);
    expect(own.embedded.findIndex((text) => text.startsWith('src/39.ts'))).toBe(4);
    expect(own.embedded).toHaveLength(40);
  });

  it('follows changes, and takes away what is gone', async () => {
    const { embedder, index, source, start } = setUp();
    source.put('a', ['one', 'two']);
    source.put('b', ['three']);
    const queue = start();
    await queue.settle(never);
    source.put('a', ['zero', 'one', 'two']);
    source.take('b');
    queue.changed(['a', 'b']);
    await queue.settle(never);
    expect(embedder.embedded).toHaveLength(4);
    expect(index.held.get('a')?.map(({ hash, startLine }) => [hash, startLine])).toEqual([
      ['hash of zero', 1],
      ['hash of one', 11],
      ['hash of two', 21],
    ]);
    expect([...index.owners()]).toEqual(['a']);
    expect(queue.status()).toMatchObject({ state: 'ready', done: 3, total: 3 });
  });

  it('takes away at its start what the source no longer has', async () => {
    const { index, source, start } = setUp();
    await index.replace('gone', [
      { hash: 'x', ordinal: 0, startLine: 1, endLine: 1, vector: new Float32Array(8).fill(1) },
    ]);
    source.put('a', ['one']);
    await start().settle(never);
    expect([...index.owners()]).toEqual(['a']);
  });

  it('waits for a server that is away, and goes on when it is there', async () => {
    const { embedder, source, start } = setUp();
    source.put('a', ['one']);
    let away = true;
    embedder.before = async () => (away ? failure('unreachable', 'Nobody answers.') : undefined);
    const queue = start();
    await queue.settle(never);
    expect(queue.status()).toMatchObject({ state: 'failed', problem: { reason: 'unreachable' }, done: 0, total: 1 });
    away = false;
    await queue.settle(never);
    expect(queue.status()).toEqual({ state: 'ready', done: 1, total: 1, leftOut: 0 });
  });

  it('stops at a model that cannot be used until it is told to try again', async () => {
    const { embedder, source, start } = setUp();
    source.put('a', ['one']);
    let asked = 0;
    let broken = true;
    embedder.before = async () => {
      asked += 1;
      return broken ? failure('model-unusable', 'Broken.') : undefined;
    };
    const queue = start();
    await queue.settle(never);
    await queue.settle(never);
    expect(asked).toBe(1);
    broken = false;
    queue.retry();
    await queue.settle(never);
    expect(queue.status().state).toBe('ready');
  });

  it('leaves out the one text that a model does not take, and puts the others', async () => {
    const { embedder, index, source, start } = setUp();
    source.put('a', ['one', 'poison', 'two', 'three']);
    embedder.before = async (texts) =>
      texts.some((text) => text.includes('poison')) ? failure('rejected', 'No.') : undefined;
    const queue = start();
    await queue.settle(never);
    expect(queue.status()).toEqual({ state: 'ready', done: 4, total: 4, leftOut: 1 });
    expect(index.held.get('a')?.map(({ ordinal }) => ordinal)).toEqual([0, 2, 3]);
    expect(new Set(embedder.embedded).size).toBe(embedder.embedded.length);
  });

  it('leaves out a text that breaks the model each time', async () => {
    const { embedder, source, start } = setUp();
    source.put('a', ['one', 'poison', 'two']);
    embedder.before = async (texts) =>
      texts.some((text) => text.includes('poison')) ? failure('failed', 'Dead.') : undefined;
    const queue = start();
    const seen: EmbeddingStatus[] = [];
    queue.onStatus((status) => seen.push(status));
    for (let tries = 0; tries < 10 && queue.status().state !== 'ready'; tries += 1) {
      await queue.settle(never);
    }
    expect(queue.status()).toMatchObject({ state: 'ready', leftOut: 1, done: 3 });
    expect(seen.some(({ state }) => state === 'failed')).toBe(true);
  });

  it('takes a model that refuses every text for one that cannot be used', async () => {
    const { embedder, source, start } = setUp();
    source.put(
      'a',
      Array.from({ length: 50 }, (_, at) => `text ${at}`),
    );
    let asked = 0;
    embedder.before = async () => {
      asked += 1;
      return failure('rejected', 'No.');
    };
    const queue = start();
    await queue.settle(never);
    expect(queue.status()).toMatchObject({ state: 'failed', problem: { message: 'No.' } });
    expect(asked).toBeLessThan(20);
  });

  it('keeps what it made while the index refuses it', async () => {
    const { embedder, index, source, start } = setUp();
    source.put('a', ['one']);
    index.refusal = failure('no-space', 'The disk is full.');
    const queue = start();
    await queue.settle(never);
    expect(queue.status()).toMatchObject({ state: 'failed', problem: { reason: 'no-space' } });
    index.refusal = undefined;
    await expect.poll(() => queue.status().state).toBe('ready');
    expect(embedder.embedded).toEqual(['a\none']);
    expect(index.hashesOf('a')).toEqual(['hash of one']);
  });

  it('pauses for the user, also while somebody waits, and goes on', async () => {
    const { embedder, source, start } = setUp();
    source.put('a', ['one']);
    const queue = start();
    queue.setPaused(true);
    await queue.settle(never);
    expect(queue.status()).toMatchObject({ state: 'paused', paused: 'user', done: 0 });
    expect(embedder.embedded).toEqual([]);
    queue.setPaused(false);
    await queue.settle(never);
    expect(queue.status().state).toBe('ready');
  });

  it.each([
    ['battery', { onBattery: true }],
    ['load', { loadPerCore: 3 }],
  ] as const)('stands still on %s, unless somebody waits for it', async (reason, strain) => {
    const { source, start } = setUp({ strain: async () => strain });
    source.put('a', ['one']);
    const queue = start();
    await expect.poll(() => queue.status()).toMatchObject({ state: 'paused', paused: reason, done: 0 });
    await queue.settle(never);
    expect(queue.status()).toMatchObject({ state: 'ready', done: 1 });
  });

  it('rests so that it takes no more than its share', async () => {
    const own = new CountingEmbedder({ batch: 1 });
    const { source, start } = setUp({ embedder: own });
    source.put('a', ['one', 'two', 'three', 'four', 'five']);
    own.before = async () => {
      const end = performance.now() + 20;
      while (performance.now() < end);
      return undefined;
    };
    const started = performance.now();
    const queue = start({ share: 0.25 });
    await expect.poll(() => queue.status().state, { timeout: 5_000, interval: 5 }).toBe('ready');
    // Five times 20 ms of work and 60 ms of rest, the last rest not counted.
    expect(performance.now() - started).toBeGreaterThan(320);
  });

  it('says that it stopped when its source fails, to everybody who waits then or later', async () => {
    const { source, start } = setUp();
    source.put('a', ['one']);
    source.states = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the tables are locked')) }),
    });
    const queue = start();
    await queue.settle(never);
    await queue.settle(never);
    expect(queue.status()).toMatchObject({ state: 'failed', problem: { reason: 'failed' } });
    expect(queue.status().problem?.message).toContain('the tables are locked');
  });

  it('embeds nothing twice, wherever it is killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom(...'abcdefghijklmnop'.split('')), { maxLength: 7 }), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 12 }),
        async (files, kills, batch, flushItems) => {
          const { index, source, journal, start } = setUp();
          files.forEach((texts, at) => source.put(`f${at}`, texts));
          const embedded: string[] = [];
          for (const requests of [...kills, Number.POSITIVE_INFINITY]) {
            const embedder = new CountingEmbedder({ batch });
            let left = requests;
            // A process that is gone: this request is never answered.
            const dead = new Promise<void>((resolve) => {
              embedder.before = async () => {
                left -= 1;
                if (left < 0) {
                  resolve();
                  await new Promise(() => undefined);
                }
                return undefined;
              };
            });
            const queue = start({ embedder, flushItems });
            open.splice(0);
            await Promise.race([queue.settle(never), dead]);
            embedded.push(...embedder.embedded.map((text) => text.split('\n')[1] ?? ''));
          }
          expect(embedded.toSorted()).toEqual([...new Set(files.flat())].toSorted());
          files.forEach((texts, at) =>
            expect(index.hashesOf(`f${at}`)).toEqual(texts.map((text) => `hash of ${text}`)),
          );
          expect(journal.held.size).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});
