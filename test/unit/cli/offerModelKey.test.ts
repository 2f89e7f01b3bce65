import { expect, test } from 'vitest';
import { keyOfEnvironment } from '../../../src/cli/offerModelKey.ts';

const key = 'sk-0123456789ab';
const keyFor = (baseUrl: string | undefined, named?: string) =>
  keyOfEnvironment(baseUrl, {
    NIGHTSHIFT_OPENAI_API_KEY: ` ${key} `,
    ...(named === undefined ? {} : { NIGHTSHIFT_OPENAI_BASE_URL: named }),
  });

test('the key of the environment goes to the server that the environment names', () => {
  expect(keyFor('https://api.example/v1', 'https://api.example')).toBe(key);
  expect(keyFor('https://api.example/other/v1', 'https://API.example:443/v1/')).toBe(key);
  expect(keyFor(':8000', 'http://127.0.0.1:8000/v1')).toBe(key);
});

test('the key of the environment goes to no other server than the environment names', () => {
  for (const other of ['http://api.example/v1', 'https://api.example:8443', 'https://evil.example', 'ftp://x', 'a b']) {
    expect(keyFor(other, 'https://api.example/v1')).toBeUndefined();
  }
  expect(keyFor('https://api.example/v1', 'not an address')).toBeUndefined();
});

test('the key of an environment that names no server goes to the one that was asked for', () => {
  expect(keyFor('https://api.example/v1')).toBe(key);
  expect(keyFor('https://api.example/v1', ' ')).toBe(key);
  expect(keyFor(undefined)).toBeUndefined();
  expect(keyOfEnvironment('https://api.example/v1', { NIGHTSHIFT_OPENAI_API_KEY: ' ' })).toBeUndefined();
});
