import { expect, test } from 'vitest';
import { hostVariables } from '../../../../src/vscode/settings/hostVariables.ts';

const variables = (settings: Readonly<Record<string, unknown>>) => hostVariables((name) => settings[name]);

test('what a person set for all their work reaches the agent host, and nothing else does', () => {
  const settings = {
    'otlp.endpoint': ' http://127.0.0.1:4318 ',
    'models.parallel': 4,
    'sandbox.engine': 'ssh://me@builder',
    'sandbox.imageGigabytes': 20,
    model: 'ollama:qwen3:8b',
  };
  expect(variables(settings)).toEqual({
    NIGHTSHIFT_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    NIGHTSHIFT_MODELS_PARALLEL: '4',
    NIGHTSHIFT_ENGINE: 'ssh://me@builder',
    NIGHTSHIFT_IMAGE_GIGABYTES: '20',
  });
});

test.each([[''], ['  '], [undefined], [0], [-1], [Number.NaN], [null], [{}], [true]])(
  '%o counts as not set',
  (value) => {
    const settings = {
      'otlp.endpoint': value,
      'sandbox.engine': value,
      'sandbox.imageGigabytes': value,
      'models.parallel': value,
    };
    expect(variables(settings)).toEqual({});
  },
);
