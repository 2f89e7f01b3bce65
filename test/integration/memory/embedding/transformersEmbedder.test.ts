import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { dot, never, TinyEmbedders, vectorsOf } from './tinyEmbedder.ts';

const tiny = new TinyEmbedders();

afterEach(() => tiny.close());

const texts = ['export function retry(call) {', 'the basket of a customer', 'x', ''];

describe('an embedding model inside the indexer', () => {
  it('gives vectors of length 1, the same for the same text, alone or in company', async () => {
    const embedder = await tiny.open();
    const together = await vectorsOf(embedder, texts);
    const again = await vectorsOf(embedder, texts);
    const alone = (await Promise.all(texts.map((text) => vectorsOf(embedder, [text])))).flat();
    expect(together).toHaveLength(texts.length);
    for (const vector of together) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(dot(vector, vector)).toBeCloseTo(1, 5);
    }
    expect(again).toEqual(together);
    expect(alone).toEqual(together);
    expect(dot(together[0] ?? new Float32Array(), together[1] ?? new Float32Array())).toBeLessThan(0.9999);
  });

  it('knows words of one meaning', async () => {
    const embedder = await tiny.open({ groups: [['retry', 'backoff']] });
    const [one, same, other] = await vectorsOf(embedder, ['retry it', 'backoff it', 'basket it']);
    expect(dot(one!, same!)).toBeCloseTo(1, 5);
    expect(dot(one!, other!)).toBeLessThan(0.999);
  });

  it('cuts a text that is longer than the model takes', async () => {
    const embedder = await tiny.open({ maxTokens: 16 });
    expect(embedder.maxTokens).toBe(16);
    const [long, longer] = await vectorsOf(embedder, ['ab '.repeat(200), 'ab '.repeat(20_000)]);
    expect(longer).toEqual(long);
  });

  it('puts the words of its family before questions and passages', async () => {
    const folder = await tiny.folder();
    const plain = await tiny.tryOpen(folder, { name: 'tiny/other' });
    const e5 = await tiny.tryOpen(folder, { name: 'tiny/e5-small' });
    if (!plain.ok || !e5.ok) {
      throw new Error('They should open.');
    }
    expect(await vectorsOf(e5.value, ['a b'], 'query')).toEqual(await vectorsOf(plain.value, ['query: a b']));
    expect(await vectorsOf(e5.value, ['a b'])).toEqual(await vectorsOf(plain.value, ['passage: a b'], 'query'));
    expect(e5.value.identity).not.toBe(plain.value.identity);
  });

  it('takes the first token of a bge, the mean of others, and what the files of a model say before its name', async () => {
    const folder = await tiny.folder();
    const asked = await tiny.folder({ files: { '1_Pooling/config.json': { pooling_mode_cls_token: true } } });
    const last = await tiny.folder({ files: { '1_Pooling/config.json': { pooling_mode_lasttoken: true } } });
    const identities: string[] = [];
    const vectors: Float32Array[] = [];
    for (const [where, name] of [
      [folder, 'tiny/bge-small-en'],
      [folder, 'tiny/minilm'],
      [asked, 'tiny/minilm'],
      [last, 'tiny/minilm'],
    ] as const) {
      const opened = await tiny.tryOpen(where, { name });
      if (!opened.ok) {
        throw new Error(opened.error.message);
      }
      identities.push(opened.value.identity);
      vectors.push(...(await vectorsOf(opened.value, ['some words'])));
    }
    expect(identities.map((identity) => identity.split(' ')[2])).toEqual(['cls', 'mean', 'cls', 'last']);
    expect(vectors[0]).toEqual(vectors[2]);
    expect(vectors[1]).not.toEqual(vectors[2]);
    expect(vectors[3]).not.toEqual(vectors[2]);
  });

  it('has another identity for other weights', async () => {
    const one = await tiny.open({ revision: 0 });
    const other = await tiny.open({ revision: 1 });
    const same = await tiny.open({ revision: 0 });
    expect(other.identity).not.toBe(one.identity);
    expect(same.identity).toBe(one.identity);
  });

  it.each(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_quantized.onnx'])(
    'says that %s is missing, and the way out',
    async (file) => {
      const folder = await tiny.folder();
      await rm(join(folder, file));
      const opened = await tiny.tryOpen(folder);
      expect(opened).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
      expect(opened.ok ? '' : opened.error.message).toContain(file.split('/').at(-1) ?? '');
    },
  );

  it.each([
    ['a folder that is not there', {}, 'model-missing'],
    ['a pooling that is unknown', { '1_Pooling/config.json': { pooling_mode_max_tokens: true } }, 'model-unusable'],
    [
      'a layer of its own at the end',
      { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] },
      'model-unusable',
    ],
    ['a configuration without dimensions', { 'config.json': { model_type: 'bert' } }, 'model-unusable'],
    ['a configuration that is not JSON', { 'config.json': '{' }, 'model-missing'],
  ])('says what is wrong with %s', async (what, files, reason) => {
    const folder = await tiny.folder({ files });
    const opened = await tiny.tryOpen(what.startsWith('a folder') ? join(folder, 'none') : folder);
    expect(opened).toMatchObject({ ok: false, error: { reason } });
    expect(opened.ok ? '' : opened.error.message).toMatch(/^The embedding model tiny\/model in .*; .*\.$/);
  });

  it.each([
    ['weights that are no ONNX', { files: { 'onnx/model_quantized.onnx': 'not a model' } }, 'model-unusable'],
    ['weights of another dimension than it says', { saidDimensions: 24 }, 'model-unusable'],
    ['a tokenizer that is none', { files: { 'tokenizer.json': '{}' } }, 'model-unusable'],
    ['weights of zeros', { empty: true }, 'rejected'],
  ])('fails with a reason on %s, each time', async (_, model, reason) => {
    const embedder = await tiny.open(model);
    for (const _time of [1, 2]) {
      expect(await embedder.embed(['a text'], 'passage', never)).toMatchObject({ ok: false, error: { reason } });
    }
  });

  it('says that this build has no engine', async () => {
    const embedder = await tiny.open({}, { script: '/nowhere/embeddingThread.cjs' });
    const answer = await embedder.embed(['a text'], 'passage', never);
    expect(answer).toMatchObject({ ok: false, error: { reason: 'model-unusable' } });
    expect(answer.ok ? '' : answer.error.message).toContain('install the build of Nightshift for this platform');
  });

  it('starts again after its thread died in the middle of a text', async () => {
    const folder = await tiny.folder();
    const script = join(folder, 'dies.mjs');
    const marker = join(folder, 'died');
    await writeFile(
      script,
      `import { existsSync, writeFileSync } from 'node:fs';
       import { parentPort } from 'node:worker_threads';
       let asked = 0;
       parentPort.on('message', ({ type, id }) => {
         if (type === 'load') { parentPort.postMessage({ type: 'loaded', id }); return; }
         asked += 1;
         if (asked === 2 && !existsSync(${JSON.stringify(marker)})) { writeFileSync(${JSON.stringify(marker)}, ''); process.exit(7); }
         parentPort.postMessage({ type: 'embedded', id, vector: new Float32Array(16).fill(1) });
       });`,
    );
    const opened = await tiny.tryOpen(folder, { script });
    if (!opened.ok) {
      throw new Error(opened.error.message);
    }
    const first = await opened.value.embed(['one', 'two', 'three'], 'passage', never);
    expect(first).toMatchObject({ ok: false, error: { reason: 'failed' } });
    expect(first.ok ? '' : first.error.message).toContain('exit code 7');
    expect(await vectorsOf(opened.value, ['one', 'two', 'three'])).toHaveLength(3);
  });

  it('ends a thread that says nothing, and answers an abort at once', async () => {
    const folder = await tiny.folder();
    const script = join(folder, 'hangs.mjs');
    await writeFile(
      script,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ type, id }) => type === 'load' && parentPort.postMessage({ type: 'loaded', id }));`,
    );
    const opened = await tiny.tryOpen(folder, { script, silenceMs: 300 });
    if (!opened.ok) {
      throw new Error(opened.error.message);
    }
    const stop = new AbortController();
    const stopped = opened.value.embed(['one'], 'passage', stop.signal);
    setTimeout(() => stop.abort(), 50);
    const started = performance.now();
    expect(await stopped).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(performance.now() - started).toBeLessThan(250);
    expect(await opened.value.embed(['two'], 'passage', never)).toMatchObject({
      ok: false,
      error: { reason: 'failed' },
    });
  });

  it('gives its memory back when idle, and notices that its files were replaced', async () => {
    const folder = await tiny.folder();
    const opened = await tiny.tryOpen(folder, { idleMs: 20 });
    if (!opened.ok) {
      throw new Error(opened.error.message);
    }
    const before = await vectorsOf(opened.value, ['a text']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await vectorsOf(opened.value, ['a text'])).toEqual(before);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await utimes(join(folder, 'onnx/model_quantized.onnx'), 1, 1);
    const answer = await opened.value.embed(['a text'], 'passage', never);
    expect(answer).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
  });

  it('answers a question before the passages that wait, and leaves the event loop alone', async () => {
    const embedder = await tiny.open({ work: 900 });
    await vectorsOf(embedder, ['loads it']);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const order: string[] = [];
    const started = performance.now();
    const passages = vectorsOf(
      embedder,
      Array.from({ length: 24 }, (_, at) => `passage ${at}`),
    ).then(() => order.push('passages'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const asked = performance.now();
    await vectorsOf(embedder, ['a question'], 'query').then(() => order.push('query'));
    const waited = performance.now() - asked;
    await passages;
    const each = (performance.now() - started) / 25;
    delay.disable();
    const [p99, most] = [delay.percentile(99) / 1e6, delay.max / 1e6];
    console.log(
      `a text ${each.toFixed(1)} ms, a question in between ${waited.toFixed(1)} ms, ` +
        `event loop p99 ${p99.toFixed(1)} ms, most ${most.toFixed(1)} ms`,
    );
    expect(order).toEqual(['query', 'passages']);
    expect(delay.percentile(99) / 1e6).toBeLessThan(250);
  });
});
