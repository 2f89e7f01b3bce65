import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { loadedWindow, listOllamaModels, probeOllama } from '../../../src/node/models/ollama/ollamaCatalog.ts';
import { listOpenaiModels } from '../../../src/node/models/openai/openaiCatalog.ts';

const never = new AbortController().signal;
let server: Server;
/** Bytes that the server could write, of the answers to all questions. */
let written = 0;

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function serving(answer: (response: ServerResponse) => void): Promise<string> {
  written = 0;
  server = createServer((_request, response) => {
    response.on('error', () => undefined);
    response.writeHead(200, { 'content-type': 'application/json' });
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** One byte every 20 ms, for ever. */
function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

const chunk = Buffer.alloc(1024 * 1024, ' ');
const whole = 200 * chunk.length;

/** White space before any JSON, as fast as it is read: 200 MB. */
function pour(response: ServerResponse): void {
  const more = (): void => {
    let room = true;
    while (room && !response.destroyed && written < whole) {
      written += chunk.length;
      room = response.write(chunk);
    }
    if (written >= whole) {
      response.end('{}');
    }
  };
  response.on('drain', more);
  more();
}

const limits = { total: 300 };
const ollama = {
  probe: (url: string) => probeOllama(url, 'x', never, limits),
  list: (url: string) => listOllamaModels(url, never),
};
const openai = (timeouts: typeof limits | Record<string, never>) => (url: string) =>
  listOpenaiModels({ base: `${url}/v1`, key: undefined, signal: never, timeouts });

describe('a question to a model server', () => {
  it.each([
    ['Ollama', ollama.probe],
    ['OpenAI', openai(limits)],
  ])('ends though the answer never stops coming: %s', async (_, ask) => {
    const url = await serving(drip);
    expect(await ask(url)).toMatchObject({
      ok: false,
      error: { reason: 'timeout', message: expect.stringContaining('no whole answer for 0.3 s') },
    });
  });

  it('about the window of a loaded model ends too', async () => {
    expect(await loadedWindow(await serving(drip), 'x', never, limits)).toBeUndefined();
  });

  it.each([
    ['Ollama', ollama.list],
    ['OpenAI', openai({})],
  ])('takes no more than a document of an answer: %s', async (_, ask) => {
    const url = await serving(pour);
    expect(await ask(url)).toMatchObject({ ok: false, error: { reason: 'malformed' } });
    expect(written).toBeGreaterThan(8 * 1024 * 1024);
  });
});
