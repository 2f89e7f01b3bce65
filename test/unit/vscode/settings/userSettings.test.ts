import { expect, test } from 'vitest';
import { taskSettingsSchema } from '../../../../src/protocol/host.ts';
import { readUserSettings } from '../../../../src/vscode/settings/userSettings.ts';

const read = (values: Readonly<Record<string, unknown>>) => readUserSettings((name) => values[name]);

test('nothing set means the host’s own defaults', () => {
  expect(read({})).toEqual({ model: 'auto', settings: {} });
});

test('everything set reaches the host in its own units', () => {
  const { model, settings } = read({
    model: ' ollama:qwen3:8b ',
    'ollama.host': 'http://127.0.0.1:1',
    'openai.baseUrl': ' http://127.0.0.1:8000/v1 ',
    'sandbox.requireGvisor': true,
    'sandbox.allowUnlimited': true,
    testCommand: ['npm', 'test'],
    plan: 'always',
    'models.implementer': 'ollama:qwen3-coder:30b',
    'models.reviewer': '',
    contextTokens: 32_768,
    'limits.newTokens': 2_000,
    'limits.steps': 5,
    'limits.minutes': 2,
  });
  expect(model).toBe('ollama:qwen3:8b');
  expect(taskSettingsSchema.parse(settings)).toEqual({
    ollamaHost: 'http://127.0.0.1:1',
    openaiBaseUrl: 'http://127.0.0.1:8000/v1',
    models: { implementer: 'ollama:qwen3-coder:30b' },
    contextTokens: 32_768,
    requireGvisor: true,
    allowUnlimited: true,
    testCommand: ['npm', 'test'],
    plan: 'always',
    limits: { newTokens: 2_000, steps: 5, seconds: 120 },
  });
});

test('values of the wrong kind count as not set', () => {
  const wrong = {
    model: 4,
    'ollama.host': '',
    testCommand: 'rm -rf',
    plan: 'yes',
    'limits.steps': -1,
    'limits.minutes': 'x',
  };
  expect(read(wrong)).toEqual({ model: 'auto', settings: {} });
});

test('Ollama’s own variable is the address where the setting is empty, and only there', () => {
  const environment = { OLLAMA_HOST: 'http://127.0.0.1:2' };
  const host = (value: unknown) => readUserSettings(() => value, environment).settings.ollamaHost;
  expect([host(''), host('http://127.0.0.1:1')]).toEqual(['http://127.0.0.1:2', 'http://127.0.0.1:1']);
});

test('the variable of the OpenAI API is the address where the setting is empty, and only there', () => {
  const environment = { NIGHTSHIFT_OPENAI_BASE_URL: 'http://127.0.0.1:2' };
  const base = (value: unknown) => readUserSettings(() => value, environment).settings.openaiBaseUrl;
  expect([base(''), base('http://127.0.0.1:1')]).toEqual(['http://127.0.0.1:2', 'http://127.0.0.1:1']);
});
