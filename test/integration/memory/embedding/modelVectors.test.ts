import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, type Failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { EmbedFailure } from '../../../../src/core/memory/embedder.ts';
import { ModelVectors } from '../../../../src/node/memory/embedding/modelVectors.ts';
import type { EmbeddingSettings } from '../../../../src/protocol/memory.ts';
import { CountingEmbedder } from '../../../fakes/memory/countingEmbedder.ts';
import { MemoryChunkSource } from '../../../fakes/memory/memoryChunkSource.ts';
import { MemoryVectorIndex } from '../../../fakes/memory/memoryVectorIndex.ts';
import { never } from './tinyEmbedder.ts';

const small: EmbeddingSettings = { by: 'ollama', host: 'h', model: 'small' };
const large: EmbeddingSettings = { by: 'ollama', host: 'h', model: 'large' };

let directory = '';
const open: ModelVectors[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nightshift-vectors-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((vectors) => vectors.close()));
  await rm(directory, { recursive: true, force: true });
});

/** Models by name, indexes by folder: both outlive the `ModelVectors` that opened them. */
function world() {
  const source = new MemoryChunkSource();
  for (let at = 0; at < 12; at += 1) {
    source.put(`f${at}`, [`text ${at}`, `more ${at}`]);
  }
  const indexes = new Map<string, MemoryVectorIndex>();
  const embedders: CountingEmbedder[] = [];
  const failures = new Map<string, EmbedFailure>();
  let refusal: Failure | undefined;
  /** While set, passages of the large model wait. */
  let gate: Promise<void> | undefined;
  const start = (): ModelVectors => {
    const vectors = new ModelVectors({
      directory,
      source,
      share: 1,
      strain: async () => ({}),
      openIndex: async ({ directory: folder, dimensions }) => {
        if (refusal !== undefined) {
          return fail(refusal);
        }
        const index = indexes.get(folder) ?? new MemoryVectorIndex(dimensions);
        indexes.set(folder, index);
        return ok(index);
      },
      openEmbedder: async (settings) => {
        const model = settings.by === 'ollama' ? settings.model : '';
        const error = failures.get(model);
        if (error !== undefined) {
          return fail(error);
        }
        const embedder = new CountingEmbedder({
          identity: `ollama:${model} 1`,
          dimensions: model === 'large' ? 12 : 8,
        });
        embedder.before = async (_, use) => {
          if (model === 'large' && use === 'passage') {
            await gate;
          }
          return undefined;
        };
        embedders.push(embedder);
        return ok(embedder);
      },
    });
    open.push(vectors);
    return vectors;
  };
  return {
    source,
    failures,
    embedders,
    indexes,
    start,
    refuse: (why: Failure | undefined) => (refusal = why),
    hold: () => {
      let release = (): void => undefined;
      gate = new Promise((resolve) => (release = resolve));
      return () => {
        gate = undefined;
        release();
      };
    },
    embedded: (model: string) =>
      embedders.filter(({ identity }) => identity.includes(model)).flatMap(({ embedded }) => embedded),
  };
}

async function foldersOf(): Promise<readonly string[]> {
  return (await readdir(directory)).map((name) => name.replace(/-[0-9a-f]+$/, '')).toSorted();
}

describe('the vectors of a workspace', () => {
  it('are none without a model, and say so', async () => {
    const vectors = world().start();
    vectors.setEmbedding({ by: 'none' });
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({ state: 'none', done: 0, total: 0 });
    expect(await vectors.search('text', 3, never)).toMatchObject({ ok: false, error: { reason: 'no-model' } });
  });

  it('are found when all are made', async () => {
    const vectors = world().start();
    vectors.setEmbedding(small);
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({ state: 'ready', done: 24, total: 24, model: 'ollama:small 1' });
    const found = await vectors.search('f3\ntext 3', 1, never);
    expect(found).toMatchObject({ ok: true, value: { partial: false, hits: [{ owner: 'f3', ordinal: 0 }] } });
  });

  it('of one file are taken away while the model is away, and all others stay', async () => {
    const { source, failures, embedded, indexes, start } = world();
    const first = start();
    first.setEmbedding(small);
    await first.settle(never);
    await first.close();
    failures.set('small', failure('unreachable', 'The server does not answer.'));
    const away = start();
    away.setEmbedding(small);
    source.take('f3');
    await away.forget(['f3']);
    const [index] = indexes.values();
    expect([...(index?.held.keys() ?? [])]).toHaveLength(11);
    expect(index?.held.has('f3')).toBe(false);
    await away.close();
    failures.clear();
    const back = start();
    back.setEmbedding(small);
    await back.settle(never);
    expect(back.status()).toMatchObject({ state: 'ready', done: 22, total: 22 });
    expect(embedded('small')).toHaveLength(24);
  });

  it('go all where those of a forgotten file cannot be taken away', async () => {
    const { source, failures, refuse, start } = world();
    const first = start();
    first.setEmbedding(small);
    await first.settle(never);
    await first.close();
    failures.set('small', failure('unreachable', 'The server does not answer.'));
    refuse(failure('failed', 'The index is damaged.'));
    const away = start();
    away.setEmbedding(small);
    source.take('f3');
    await away.forget(['f3']);
    expect(await foldersOf()).toEqual([]);
  });

  it('of the model before answer, and follow changes, until those of the new one are all there', async () => {
    const { source, start, hold, embedders } = world();
    const vectors = start();
    vectors.setEmbedding(small);
    await vectors.settle(never);
    const release = hold();
    vectors.setEmbedding(large);
    await expect.poll(() => vectors.status().model).toBe('ollama:large 1');
    expect(vectors.status()).toMatchObject({ state: 'embedding', answering: 'ollama:small 1' });
    source.put('new', ['quite new']);
    vectors.changed(['new']);
    await expect
      .poll(async () => vectors.search('new\nquite new', 1, never))
      .toMatchObject({ ok: true, value: { partial: false, hits: [{ owner: 'new' }] } });
    expect(await foldersOf()).toEqual(['large', 'small']);
    release();
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({ state: 'ready', done: 25, total: 25, model: 'ollama:large 1' });
    expect(vectors.status().answering).toBeUndefined();
    expect(await foldersOf()).toEqual(['large']);
    expect(embedders.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('of the model before answer after a restart in the middle, and nothing is embedded twice', async () => {
    const { start, hold, embedded } = world();
    const first = start();
    first.setEmbedding(small);
    await first.settle(never);
    const release = hold();
    first.setEmbedding(large);
    await expect.poll(() => first.status().model).toBe('ollama:large 1');
    const closed = first.close();
    release();
    await closed;
    const held = hold();
    const second = start();
    second.setEmbedding(large);
    await expect.poll(() => second.status()).toMatchObject({ model: 'ollama:large 1', answering: 'ollama:small 1' });
    expect(await second.search('f3\ntext 3', 1, never)).toMatchObject({ ok: true, value: { hits: [{ owner: 'f3' }] } });
    held();
    await second.settle(never);
    expect(await foldersOf()).toEqual(['large']);
    expect(embedded('small')).toHaveLength(24);
    expect(new Set(embedded('large')).size).toBe(embedded('large').length);
  });

  it('of the model before are taken again when the user changes back', async () => {
    const { start, hold, embedders } = world();
    const vectors = start();
    vectors.setEmbedding(small);
    await vectors.settle(never);
    const release = hold();
    vectors.setEmbedding(large);
    await expect.poll(() => vectors.status().model).toBe('ollama:large 1');
    vectors.setEmbedding(small);
    release();
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({ state: 'ready', model: 'ollama:small 1' });
    expect(embedders).toHaveLength(2);
    expect(await vectors.search('f3\ntext 3', 1, never)).toMatchObject({
      ok: true,
      value: { hits: [{ owner: 'f3' }] },
    });
  });

  it('wait for a server that is away, while those of the model before answer', async () => {
    const { start, failures } = world();
    const vectors = start();
    vectors.setEmbedding(small);
    await vectors.settle(never);
    failures.set('large', failure('unreachable', 'Nobody answers.'));
    vectors.setEmbedding(large);
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({
      state: 'failed',
      problem: { message: 'Nobody answers.' },
      answering: 'ollama:small 1',
    });
    expect(await vectors.search('f3\ntext 3', 1, never)).toMatchObject({ ok: true });
    failures.clear();
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({ state: 'ready', model: 'ollama:large 1' });
  });

  it('say why they cannot be opened, and are opened when that has passed', async () => {
    const { start, refuse } = world();
    const vectors = start();
    refuse(failure('in-use', 'Another process writes there.'));
    vectors.setEmbedding(small);
    await vectors.settle(never);
    expect(vectors.status()).toMatchObject({ state: 'failed', problem: { message: 'Another process writes there.' } });
    refuse(undefined);
    vectors.retry();
    await vectors.settle(never);
    expect(vectors.status().state).toBe('ready');
  });

  it('of models that are not in use do not outlive what is forgotten', async () => {
    const { source, indexes, start } = world();
    const vectors = start();
    vectors.setEmbedding(small);
    await vectors.settle(never);
    vectors.setEmbedding({ by: 'none' });
    await vectors.settle(never);
    source.take('f1');
    await vectors.forget(['f1']);
    expect(await foldersOf()).toEqual(['small']);
    expect([...indexes.values()].map(({ held }) => [held.size, held.has('f1')])).toEqual([[11, false]]);
  });

  it('do not trip over foreign files and broken notes', async () => {
    const { start } = world();
    await writeFile(join(directory, 'foreign'), 'x');
    const vectors = start();
    vectors.setEmbedding(small);
    await vectors.settle(never);
    const [folder = ''] = await readdir(directory);
    await vectors.close();
    await writeFile(join(directory, folder, 'model.json'), '{"version": 2}');
    const again = start();
    again.setEmbedding(small);
    await again.settle(never);
    expect(again.status()).toMatchObject({ state: 'ready', done: 24 });
  });
});
