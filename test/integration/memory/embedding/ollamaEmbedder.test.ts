import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Embedder } from '../../../../src/core/memory/embedder.ts';
import { createEmbedder } from '../../../../src/node/models/embedding/createEmbedder.ts';
import type { FakeEmbedding } from '../../../fakes/ollama/embeddings.ts';
import { type FakeOllama, startFakeOllama } from '../../../fakes/ollama/fakeOllama.ts';
import { dot, never, vectorsOf } from './tinyEmbedder.ts';

const servers: FakeOllama[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    expect(server.violations).toEqual([]);
    expect(await server.connections()).toBe(0);
    await server.close();
  }
});

async function start(embedding: FakeEmbedding, { name = 'nomic-embed-text:latest', revision = 0 } = {}) {
  const server = await startFakeOllama({
    script: [],
    models: [{ name, embedding, revision }, { name: 'qwen3:8b' }],
  });
  servers.push(server);
  const open = (model: string) =>
    createEmbedder({ by: 'ollama', host: server.url, model }, { threadScript: 'none' }, never);
  const opened = async (model = name): Promise<Embedder> => {
    const answer = await open(model);
    if (!answer.ok || answer.value === undefined) {
      throw new Error(answer.ok ? 'It should be there.' : answer.error.message);
    }
    return answer.value;
  };
  return { server, open, opened };
}

describe('an embedding model of an Ollama server', () => {
  it('gives vectors of length 1 in the order of the texts, in requests of a batch', async () => {
    const { server, opened } = await start({ dimensions: 24 });
    const embedder = await opened('nomic-embed-text');
    expect(embedder.dimensions).toBe(24);
    const texts = Array.from({ length: embedder.batch * 2 + 1 }, (_, at) => `text ${at}`);
    const vectors = await vectorsOf(embedder, texts);
    expect(vectors).toHaveLength(texts.length);
    vectors.forEach((vector) => expect(dot(vector, vector)).toBeCloseTo(1, 5));
    const last = await vectorsOf(embedder, [texts.at(-1) ?? '']);
    expect(last[0]).toEqual(vectors.at(-1));
    const asked = server.requests.filter(({ path }) => path === '/api/embed').map(({ body }) => body);
    expect(asked).toHaveLength(5);
    expect(asked[1]).toMatchObject({ model: 'nomic-embed-text', truncate: true, keep_alive: '10m' });
    expect(asked[4]).toMatchObject({ input: [`search_document: ${texts.at(-1)}`] });
    await vectorsOf(embedder, ['a question'], 'query');
    expect(server.requests.at(-1)?.body).toMatchObject({ input: ['search_query: a question'] });
  });

  it('is another one when the server has other weights under its name', async () => {
    const [one, same, other] = await Promise.all(
      [0, 0, 1].map(async (revision) => (await start({ dimensions: 8 }, { revision })).opened()),
    );
    expect(one?.identity).toBe(same?.identity);
    expect(one?.identity).not.toBe(other?.identity);
  });

  it('takes no more tokens than the model says', async () => {
    const { opened } = await start({ dimensions: 8, contextLength: 256 });
    expect((await opened()).maxTokens).toBe(256);
  });

  it('says how to get a model that is not there', async () => {
    const { open } = await start({ dimensions: 8 });
    const answer = await open('bge-m3');
    expect(answer).toMatchObject({ ok: false, error: { reason: 'model-missing' } });
    expect(answer.ok ? '' : answer.error.message).toContain('`ollama pull bge-m3`');
  });

  it('says that a model of chats makes no embeddings', async () => {
    const { open } = await start({ dimensions: 8 });
    const answer = await open('qwen3:8b');
    expect(answer).toMatchObject({ ok: false, error: { reason: 'model-unusable' } });
    expect(answer.ok ? '' : answer.error.message).toContain('choose an embedding model');
  });

  it('says that no server answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const answer = await createEmbedder(
      { by: 'ollama', host: `127.0.0.1:${port}`, model: 'nomic-embed-text' },
      { threadScript: 'none' },
      never,
    );
    expect(answer).toMatchObject({ ok: false, error: { reason: 'unreachable' } });
    expect(answer.ok ? '' : answer.error.message).toContain('ollama serve');
  });

  it('refuses an address that is none', async () => {
    const settings = { by: 'ollama', host: 'ftp://x', model: 'y' } as const;
    const answer = await createEmbedder(settings, { threadScript: 'none' }, never);
    expect(answer).toMatchObject({ ok: false, error: { reason: 'model-unusable' } });
  });

  it.each([
    ['http503', 'unreachable'],
    ['cut', 'unreachable'],
    ['http500', 'failed'],
    ['no-json', 'failed'],
    ['fewer', 'failed'],
    ['too-long', 'rejected'],
    ['zeros', 'rejected'],
  ] as const)('tells what %s means, and goes on after it', async (fault, reason) => {
    const embedding: FakeEmbedding = { dimensions: 8 };
    const { opened } = await start(embedding);
    const embedder = await opened();
    embedding.fault = fault;
    const answer = await embedder.embed(['a', 'b'], 'passage', never);
    expect(answer).toMatchObject({ ok: false, error: { reason } });
    embedding.fault = undefined;
    expect(await vectorsOf(embedder, ['a', 'b'])).toHaveLength(2);
  });

  it('notices that the model was replaced by one of another dimension', async () => {
    const embedding: FakeEmbedding = { dimensions: 8 };
    const { opened } = await start(embedding);
    const embedder = await opened();
    embedding.dimensions = 12;
    const answer = await embedder.embed(['a'], 'passage', never);
    expect(answer).toMatchObject({ ok: false, error: { reason: 'model-unusable' } });
    expect(answer.ok ? '' : answer.error.message).toContain('vectors of 12 numbers now and gave 8 before');
  });

  it('stops when it is told to', async () => {
    const { opened } = await start({ dimensions: 8 });
    const embedder = await opened();
    const answer = await embedder.embed(['a'], 'passage', AbortSignal.abort());
    expect(answer).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });
});
