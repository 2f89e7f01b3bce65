import { describe, expect, test } from 'vitest';
import { nullLogger } from '../../../src/base/logger.ts';
import { ModelKeys, modelKeysOf, takeKeyOut } from '../../../src/host/modelKeys.ts';

const key = 'key-0123456789abcdef';

describe('the keys of model servers', () => {
  test('go to the origin that they were set for and to no other', () => {
    const keys = new ModelKeys();
    expect(keys.set('https://gpu.lan/v1', ` ${key} `)).toMatchObject({ ok: true });
    expect(keys.of('https://gpu.lan/another/path')).toBe(key);
    const others = [
      'http://gpu.lan/v1',
      'https://gpu.lan:8443/v1',
      'https://gpu.lan.evil.example/v1',
      'https://user@gpu/',
    ];
    expect(others.map((base) => keys.of(base))).toEqual(others.map(() => undefined));
  });

  test('are taken away by an empty one, and stay a secret', () => {
    const keys = new ModelKeys();
    keys.set('https://gpu.lan/v1', key);
    keys.set('https://gpu.lan/v1', '');
    expect(keys.of('https://gpu.lan/v1')).toBeUndefined();
    expect(keys.secrets()).toEqual([key]);
  });

  test('that may as well be a word are not looked for in texts', () => {
    const keys = new ModelKeys();
    keys.set('https://gpu.lan/v1', 'EMPTY');
    expect(keys.of('https://gpu.lan/v1')).toBe('EMPTY');
    expect(keys.secrets()).toEqual([]);
  });

  test('that no header can carry are refused', () => {
    for (const wrong of ['a b', 'a\r\nhost: x', 'schlüssel']) {
      expect(new ModelKeys().set('https://gpu.lan/v1', wrong)).toMatchObject({
        ok: false,
        error: { reason: 'bad-key' },
      });
    }
  });
});

describe('the key of the environment', () => {
  test('is for the server that the environment names; without one it goes nowhere', () => {
    const own = { NIGHTSHIFT_OPENAI_API_KEY: key, NIGHTSHIFT_OPENAI_BASE_URL: 'http://127.0.0.1:8000' };
    expect(modelKeysOf(own, nullLogger).of('http://127.0.0.1:8000/v1')).toBe(key);
    expect(modelKeysOf({ NIGHTSHIFT_OPENAI_API_KEY: key }, nullLogger).secrets()).toEqual([]);
  });

  test('that cannot be used is said without being shown', () => {
    const warnings: string[] = [];
    const logger = { ...nullLogger, warn: (text: string) => void warnings.push(text) };
    modelKeysOf({ NIGHTSHIFT_OPENAI_API_KEY: 'my pass word', NIGHTSHIFT_OPENAI_BASE_URL: 'http://h' }, logger);
    expect(warnings).toEqual([expect.stringContaining('NIGHTSHIFT_OPENAI_API_KEY is not used')]);
    expect(warnings[0]).not.toContain('my pass word');
  });

  test('is inherited by nothing that the host starts', () => {
    const environment: NodeJS.ProcessEnv = { NIGHTSHIFT_OPENAI_API_KEY: key, PATH: '/bin' };
    expect(takeKeyOut(environment)).toEqual({ NIGHTSHIFT_OPENAI_API_KEY: key, PATH: '/bin' });
    expect(environment).toEqual({ PATH: '/bin' });
  });
});
