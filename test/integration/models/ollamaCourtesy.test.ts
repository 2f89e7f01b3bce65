import { afterEach, expect, it } from 'vitest';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { chatRequest } from './requests.ts';

let fake: FakeOllama;

afterEach(async () => {
  await fake.close();
  expect(fake.violations).toEqual([]);
});

async function answer(turn: FakeTurn) {
  fake = await startFakeOllama({ script: () => turn });
  const model = createOllamaModel({ name: 'scripted', host: fake.url });
  return model.chat(chatRequest(), { signal: new AbortController().signal });
}

it.each([
  ['http429', 'busy'],
  ['http503', 'busy'],
  ['http500', 'crashed'],
] as const)('a server that refuses with %s says how long it wishes to be left alone', async (fault, reason) => {
  expect(await answer({ text: 'x', fault })).toMatchObject({ ok: false, error: { reason, retryAfterMs: 7_000 } });
});

it('one that does not say has no wish', async () => {
  const refused = await answer({ text: 'x', fault: 'html502' });
  expect(refused).toMatchObject({ ok: false, error: { reason: 'unreachable' } });
  expect(refused.ok ? undefined : refused.error).not.toHaveProperty('retryAfterMs');
});

it('a server is asked to keep the model for a quarter of an hour after each request, and not for ever', async () => {
  expect(await answer({ text: 'x' })).toMatchObject({ ok: true });
  expect(fake.requests.map(({ body }) => body)).toMatchObject([{ keep_alive: 900 }]);
});
