import { afterEach, expect, it } from 'vitest';
import { askModelServer } from '../../../src/host/doctor/askModelServer.ts';
import { type FakeOpenai, startFakeOpenai } from '../../fakes/openai/fakeOpenai.ts';

const never = new AbortController().signal;
let fake: FakeOpenai;

afterEach(() => fake.close());

it('doctor asks the server with the key of the environment, and says what it has', async () => {
  fake = await startFakeOpenai({ script: [], models: ['a', 'b'], key: 'key-of-the-server' });
  const variables = { NIGHTSHIFT_OPENAI_API_KEY: 'key-of-the-server' };
  expect(await askModelServer(fake.url, variables, never)).toEqual({
    ok: true,
    value: `${fake.base} has 2 models: openai:a, openai:b`,
  });
  expect(await askModelServer(fake.url, {}, never)).toMatchObject({ ok: false, error: { reason: 'rejected' } });
  expect(await askModelServer('ftp://a', {}, never)).toMatchObject({ ok: false, error: { reason: 'bad-host' } });
  expect(await askModelServer(' ', variables, never)).toBeUndefined();
  expect(fake.requests.map(({ path }) => path)).toEqual(['/v1/models', '/v1/models']);
});
