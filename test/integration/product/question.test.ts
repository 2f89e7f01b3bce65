import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChatBody } from '../../fakes/ollama/chatBody.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn, finishTurn } from './counterScript.ts';
import { Product, until } from './product.ts';

const { skip, why } = requireEngine();
// The host is not to end by itself while a person thinks: one of these tests kills it.
const variables = { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc', NIGHTSHIFT_IDLE_SECONDS: '60' };
const question = 'Stop at zero, or throw?';

const askTurn: FakeTurn = {
  calls: [...(editTurn.calls ?? []), { name: 'ask_user', arguments: { question, options: 'Stop at zero.\nThrow.' } }],
};

/** Mends the counter and asks in the same answer, so that the work of before the question is there after it. */
const asking = ({ messages }: ChatBody): FakeTurn =>
  JSON.stringify(messages).includes('The user answers:') || messages.some(({ role }) => role === 'assistant')
    ? finishTurn
    : askTurn;

describe.skipIf(skip)(`a question of an agent ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;

  beforeEach(async () => {
    product = new Product({ fixture: 'node-counter', variables });
    fake = await startFakeOllama({ script: asking });
  });

  afterEach(async () => {
    expect(fake.violations).toEqual([]);
    await fake.close();
    expect(await product.boxes()).toEqual([]);
    await product.remove();
  });

  const run = () => ['run', 'stop at zero', '--model', 'ollama:scripted', '--ollama-host', fake.url, '--detach'];
  const show = async (id: string) => (await product.task(['show', id])).task;

  it('gives its box up, waits for the user, and goes on with the answer from what was done before', async () => {
    const { task } = await product.task(run());
    expect(await product.run(['answer', task.id, 'Stop at zero.'])).toMatchObject({ code: 1 });
    const shown = () => show(task.id);
    await until('it waits', async () => (await shown()).state === 'waiting');
    expect(await shown()).toMatchObject({ reason: `question-asked: ${question}` });
    expect(await product.boxes()).toEqual([]);
    const before = fake.requests.filter(({ path }) => path === '/api/chat').length;
    for (const refused of [' ', 'x'.repeat(4_001)]) {
      expect(await product.run(['answer', task.id, refused])).toMatchObject({ code: 2, stdout: '' });
    }
    expect((await product.run(['answer', task.id, 'Stop at zero, of course.'])).code).toBe(0);
    expect(await product.run(['answer', task.id, 'Throw.'])).toMatchObject({ code: 1 });
    await until('it is ready', async () => (await shown()).state === 'ready');
    expect(await shown()).toMatchObject({ proof: { verdict: 'green' } });
    const later = fake.requests.filter(({ path }) => path === '/api/chat').slice(before);
    expect(JSON.stringify(later[0]?.body)).toContain('Stop at zero, of course.');
    expect(JSON.stringify(later[0]?.body)).toContain(question);
    const trace = await product.run(['trace', 'verify', task.id]);
    expect(trace).toMatchObject({ code: 0, stdout: expect.stringContaining('intact') });
  });

  it('is there after its host was killed, and is answered then', async () => {
    const { task } = await product.task(run());
    await until('it waits', async () => (await show(task.id)).state === 'waiting');
    const killed = product.hostPid();
    if (killed === undefined) {
      throw new Error('No agent host holds the lock.');
    }
    process.kill(killed, 'SIGKILL');
    await until('the host is gone', () => product.hostProcesses().length === 0);
    expect(await show(task.id)).toMatchObject({ state: 'waiting', reason: `question-asked: ${question}` });
    expect((await product.run(['answer', task.id, 'Stop at zero.'])).code).toBe(0);
    expect(product.hostPid()).not.toBe(killed);
    await until('it is ready', async () => (await show(task.id)).state === 'ready');
    expect(await product.run(['trace', 'verify', task.id])).toMatchObject({ code: 0 });
  });
});
