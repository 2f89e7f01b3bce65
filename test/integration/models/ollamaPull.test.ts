import { afterEach, describe, expect, it } from 'vitest';
import { listOllamaModels } from '../../../src/node/models/ollama/ollamaCatalog.ts';
import { pullOllamaModel, type PullProgress } from '../../../src/node/models/ollama/ollamaPull.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';

const never = new AbortController().signal;
let fake: FakeOllama;

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
});

async function pull(name: string, signal = never, onProgress: (progress: PullProgress) => void = () => undefined) {
  return pullOllamaModel(fake.url, name, { signal, onProgress });
}

describe('pulling a model', () => {
  it('tells the bytes of all parts as they come, and the model is there in the end', async () => {
    fake = await startFakeOllama({ script: [], library: { 'qwen3:8b': { parts: [4_000, 1_000] } } });
    const seen: PullProgress[] = [];
    expect(await pull('qwen3:8b', never, (progress) => seen.push(progress))).toEqual({ ok: true, value: undefined });
    expect(seen[0]).toEqual({ status: 'pulling manifest' });
    expect(seen.some(({ completed, total }) => completed === 2_000 && total === 4_000)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ status: 'writing manifest', completed: 5_000, total: 5_000 });
    expect(await listOllamaModels(fake.url, never)).toMatchObject({ value: [{ name: 'qwen3:8b' }, {}] });
  });

  it('stops when it is aborted, which the server sees within 200 ms, and goes on from there the next time', async () => {
    const steps = { parts: [100_000], stepMs: 20, steps: 100 };
    fake = await startFakeOllama({ script: [], library: { slow: steps } });
    const controller = new AbortController();
    let abortedAt = 0;
    const stopped = await pull('slow', controller.signal, ({ completed = 0 }) => {
      if (completed >= 5_000 && abortedAt === 0) {
        abortedAt = performance.now();
        controller.abort();
      }
    });
    expect(stopped).toMatchObject({
      ok: false,
      error: { reason: 'aborted', message: expect.stringContaining('goes on from there') },
    });
    await expect.poll(() => fake.closed.find(({ path }) => path === '/api/pull')?.complete).toBe(false);
    expect((fake.closed.find(({ path }) => path === '/api/pull')?.at ?? Infinity) - abortedAt).toBeLessThan(200);
    const seen: PullProgress[] = [];
    const again = new AbortController();
    await pull('slow', again.signal, (progress) => {
      seen.push(progress);
      if (progress.completed !== undefined) {
        again.abort();
      }
    });
    expect(seen.at(-1)?.completed).toBeGreaterThan(5_000);
  });

  it('is aborted before it begins', async () => {
    fake = await startFakeOllama({ script: [] });
    expect(await pull('x', AbortSignal.abort())).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(fake.requests).toEqual([]);
  });

  it.each([
    ['write /root/.ollama/models/blobs/sha256-1: no space left on device', 'disk-full', 'OLLAMA_MODELS'],
    [
      'Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host',
      'no-network',
      'HTTPS_PROXY',
    ],
    ['max retries exceeded: unexpected EOF', 'crashed', 'see its log'],
  ])('names what it fails of: %s', async (error, reason, way) => {
    fake = await startFakeOllama({ script: [], library: { m: { parts: [1_000], error } } });
    const failed = await pull('m');
    expect(failed).toMatchObject({ ok: false, error: { reason } });
    expect(failed.ok ? '' : failed.error.message).toContain(way);
  });

  it('says that there is no such model', async () => {
    fake = await startFakeOllama({ script: [] });
    const failed = await pull('no-such-model');
    expect(failed).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
    expect(failed.ok ? '' : failed.error.message).toMatch(/cannot pull no-such-model: no library has a model/);
  });

  it('says that no server answers', async () => {
    fake = await startFakeOllama({ script: [] });
    const failed = await pullOllamaModel('127.0.0.1:9', 'm', { signal: never, onProgress: () => undefined });
    expect(failed).toMatchObject({ ok: false, error: { reason: 'unreachable' } });
  });
});
