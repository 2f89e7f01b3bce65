import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createModel } from '../../../src/node/models/createModel.ts';
import { parseOllamaHost } from '../../../src/node/models/ollama/ollamaHost.ts';
import { parseOpenaiBase } from '../../../src/protocol/openaiBase.ts';
import { startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';
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

  it('opens a model behind the OpenAI API at the address of the settings, with the key for it', async () => {
    const fake = await startFakeOpenai({ script: [{ text: 'hi' }], key: 'a-key-of-some-length' });
    const asked: string[] = [];
    const keyOf = (base: string): string => {
      asked.push(base);
      return 'a-key-of-some-length';
    };
    const settings = { openaiBaseUrl: fake.url.replace('http://', ''), keyOf };
    const model = value(createModel({ driver: 'openai', name: 'scripted' }, settings));
    const turn = await model.chat(chatRequest(), { signal: never });
    const { base } = fake;
    await fake.close();
    expect(value(turn).text).toBe('hi');
    expect(new Set(asked)).toEqual(new Set([base]));
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
    [{ driver: 'gemini', name: 'x' }, {}, 'unknown-driver', /Drivers: .*\breplay\b.*\./],
    [{ driver: 'openai', name: 'x' }, {}, 'bad-host', /nightshift\.openai\.baseUrl, NIGHTSHIFT_OPENAI_BASE_URL/],
    [{ driver: 'openai', name: 'x' }, { openaiBaseUrl: 'ftp://a' }, 'bad-host', /http:\/\/127\.0\.0\.1:8000\/v1/],
    [{ driver: 'ollama', name: 'x' }, { ollamaHost: 'ftp://a' }, 'bad-host', /http:\/\/127\.0\.0\.1:11434/],
    [{ driver: 'vscode', name: 'copilot' }, {}, 'bad-model-id', /vscode:VENDOR\/MODEL/],
    [{ driver: 'vscode', name: 'copilot/gpt-4o' }, {}, 'window-needed', /delegate a task/],
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

describe('the base address of a server of the OpenAI API', () => {
  it.each([
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000/v1'],
    ['localhost:1234', 'http://localhost:1234/v1'],
    [':8080', 'http://127.0.0.1:8080/v1'],
    ['0.0.0.0:8000/v1/', 'http://127.0.0.1:8000/v1'],
    ['https://gpu.lan/vllm/v1/chat/completions', 'https://gpu.lan/vllm/v1'],
    [' http://gpu.lan/api/ ', 'http://gpu.lan/api'],
  ])('%s is %s', (text, url) => {
    expect(parseOpenaiBase(text)).toEqual({ ok: true, value: url });
  });

  it.each(['', undefined, 'http://', 'a b', 'file:///etc', 'http://h?x=1', 'localhost:99999'])('%j is none', (text) => {
    expect(parseOpenaiBase(text)).toMatchObject({ ok: false, error: { reason: 'bad-host' } });
  });
});
