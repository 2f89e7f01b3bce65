import { describe, expect, test } from 'vitest';
import { Emitter } from '../../../../src/base/event.ts';
import type { WindowChat } from '../../../../src/protocol/modelLending.ts';
import type { EditorModel } from '../../../../src/vscode/models/editorModel.ts';
import { ModelConsent } from '../../../../src/vscode/models/modelConsent.ts';
import { WindowLender } from '../../../../src/vscode/models/windowLender.ts';
import { memory } from '../../../fakes/editor/memory.ts';
import { MemoryModels, say } from '../../../fakes/editor/memoryModels.ts';

const question: WindowChat = {
  chat: 'chat-1',
  vendor: 'acme',
  model: 'one-2026',
  messages: [{ role: 'user', content: 'Fix it.' }],
  tools: [{ name: 'finish', description: 'Ends.', parameters: { type: 'object' } }],
};

async function windowWith(changes: Partial<EditorModel> = {}, { allowed = true, trusted = true } = {}) {
  const models = new MemoryModels();
  models.put(models.model(changes));
  const consent = new ModelConsent(memory());
  await consent.set(models.model(changes), allowed);
  const lender = new WindowLender({
    models,
    consent,
    trusted: () => trusted,
    onDidGrantTrust: new Emitter<void>().event,
  });
  const pieces: string[] = [];
  const ask = (signal = new AbortController().signal) =>
    lender.chat(question, { signal, onPiece: (text) => pieces.push(text) });
  return { models, consent, lender, pieces, ask };
}

describe('what a window lends', () => {
  test('is allowed only with the person’s word and the editor’s', async () => {
    const allowedOf = async (window: Awaited<ReturnType<typeof windowWith>>) =>
      (await window.lender.models()).map(({ allowed }) => allowed);
    expect(await allowedOf(await windowWith())).toEqual([true]);
    expect(await allowedOf(await windowWith({}, { allowed: false }))).toEqual([false]);
    expect(await allowedOf(await windowWith({ permitted: false }))).toEqual([false]);
  });

  test('is nothing in Restricted Mode, and nobody is asked for it', async () => {
    const { lender, models, ask } = await windowWith({}, { trusted: false });
    expect(await lender.models()).toEqual([]);
    expect(await ask()).toMatchObject({ kind: 'failure', reason: 'not-lent' });
    expect([models.selections, models.requests.length]).toEqual([0, 0]);
  });

  test('is told anew when the editor’s models or the person’s word change, once somebody asked', async () => {
    const { lender, models, consent } = await windowWith();
    let changes = 0;
    lender.onDidChange(() => (changes += 1));
    models.put();
    expect(changes).toBe(0);
    await lender.models();
    models.put(models.model());
    await consent.set(models.model(), false);
    expect(changes).toBe(2);
  });
});

describe('a question to a window', () => {
  test('goes out with its tools; text comes in pieces, calls and the count of the output at the end', async () => {
    const { models, pieces, ask } = await windowWith();
    models.answer = say(
      { type: 'text', text: 'I am ' },
      { type: 'text', text: 'done.' },
      { type: 'call', id: 'c', name: 'finish', input: { summary: 'x' } },
    );
    const output = 'I am done.[{"id":"c","name":"finish","arguments":{"summary":"x"}}]';
    expect(await ask()).toEqual({
      kind: 'answer',
      calls: [{ id: 'c', name: 'finish', arguments: { summary: 'x' } }],
      outputTokens: output.length,
    });
    expect(pieces).toEqual(['I am ', 'done.']);
    expect(models.requests[0]?.tools).toEqual([
      { name: 'finish', description: 'Ends.', inputSchema: { type: 'object' } },
    ]);
  });

  test.each([
    ['fails', () => Promise.reject(new Error('no tokenizer'))],
    ['makes no sense', async () => -1],
    ['never ends', () => new Promise<number>(() => undefined)],
  ])('has no count where counting %s', async (_, count) => {
    const { models, ask } = await windowWith();
    models.count = count;
    expect(await ask()).toEqual({ kind: 'answer', calls: [] });
  });

  test('is refused without the person’s word, and the provider is not asked', async () => {
    const { models, ask } = await windowWith({}, { allowed: false });
    expect(await ask()).toMatchObject({ kind: 'failure', reason: 'not-lent' });
    expect(models.requests).toHaveLength(0);
  });

  test('that the editor refuses costs the person’s word, so that they are asked by their own click', async () => {
    const { models, consent, ask } = await windowWith();
    models.answer = () => {
      throw Object.assign(new Error('not allowed'), { code: 'NoPermissions' });
    };
    expect(await ask()).toMatchObject({ kind: 'failure', reason: 'not-lent' });
    expect(consent.has(models.model())).toBe(false);
  });

  test('ends at once when it is cancelled, also where the provider goes on', async () => {
    const { models, ask } = await windowWith();
    models.answer = async function* () {
      yield { type: 'text', text: 'a' };
      await new Promise(() => undefined);
    };
    const controller = new AbortController();
    const answer = ask(controller.signal);
    setTimeout(() => controller.abort(), 10);
    expect(await answer).toMatchObject({ kind: 'failure', reason: 'aborted' });
    expect(models.requests[0]?.signal.aborted).toBe(true);
  });
});
