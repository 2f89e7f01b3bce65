import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../../src/node/models/createModel.ts';
import { parseOllamaHost } from '../../../src/node/models/ollamaHost.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { value } from './contract.ts';
import { chatRequest } from './requests.ts';

const never = new AbortController().signal;

describe('creating a model from its id', () => {
  it('opens an Ollama model at the address of the settings', async () => {
    const fake = await startFakeOllama({ script: [{ text: 'hi' }], models: [{ name: 'qwen3:8b' }] });
    const model = value(
      createModel({ driver: 'ollama', name: 'qwen3:8b' }, { ollamaHost: fake.url.replace('http://', '') }),
    );
    const turn = await model.chat(chatRequest(), { signal: never });
    await fake.close();
    expect(value(turn).text).toBe('hi');
  });

  it('finds a named script in its folder, and an absolute path anywhere', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nightshift-scripts-'));
    await writeFile(join(directory, 'demo.json'), '{"version":1,"turns":[{"text":"hi"}]}');
    for (const [name, settings] of [
      ['demo', { scriptDirectory: directory }],
      ['demo.json', { scriptDirectory: directory }],
      [join(directory, 'demo.json'), {}],
    ] as const) {
      const model = value(createModel({ driver: 'replay', name }, settings));
      expect(model.id).toEqual({ driver: 'replay', name });
      expect(value(await model.chat(chatRequest(), { signal: never })).text).toBe('hi');
    }
    await rm(directory, { recursive: true });
  });

  it.each([
    [{ driver: 'openai', name: 'x' }, {}, 'unknown-driver', /Drivers: ollama, replay\./],
    [{ driver: 'ollama', name: 'x' }, { ollamaHost: 'ftp://a' }, 'bad-host', /http:\/\/127\.0\.0\.1:11434/],
    [{ driver: 'replay', name: 'x' }, {}, 'bad-script', /absolute path/],
  ])('refuses %j with %j', (id, settings, reason, message) => {
    expect(createModel(id, settings)).toMatchObject({
      ok: false,
      error: { reason, message: expect.stringMatching(message) },
    });
  });
});

describe('an Ollama address', () => {
  it.each([
    ['localhost', 'http://localhost:11434'],
    ['localhost:8080', 'http://localhost:8080'],
    ['localhost:80', 'http://localhost'],
    [':9999', 'http://127.0.0.1:9999'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:1234', 'http://127.0.0.1:1234'],
    ['[::1]:1234', 'http://[::1]:1234'],
    ['http://gpu.lan:11434/', 'http://gpu.lan:11434'],
    ['https://gpu.lan/ollama/', 'https://gpu.lan/ollama'],
    ['192.168.1.7', 'http://192.168.1.7:11434'],
  ])('%s is %s', (text, url) => {
    expect(parseOllamaHost(text)).toEqual({ ok: true, value: url });
  });

  it.each(['', '  ', 'http://', 'a b', 'file:///etc', 'http://h?x=1', 'localhost:99999'])('%j is none', (text) => {
    expect(parseOllamaHost(text)).toMatchObject({ ok: false, error: { reason: 'bad-host' } });
  });
});
