import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelProgress } from '../../../src/core/models/languageModel.ts';
import type { ModelRunnerOptions } from '../../../src/node/models/transformers/modelRunner.ts';
import { chatTemplate, type TinyModel } from '../../fakes/tinyModel/writeTinyModel.ts';
import { failed, value } from './contract.ts';
import { chatRequest, historyOf } from './requests.ts';
import { openTinyModel, type OpenTinyModel } from './transformersModel.ts';

const never = new AbortController().signal;
let opened: OpenTinyModel | undefined;

afterEach(async () => {
  await opened?.close();
  opened = undefined;
});

async function using(tiny: TinyModel, options: Partial<ModelRunnerOptions> = {}): Promise<OpenTinyModel> {
  opened = await openTinyModel(tiny, options);
  return opened;
}

const endless: TinyModel['turns'] = [{ text: 'again and ', after: 'repeat' }];

/** A request without tools; its prompt has 90 tokens or so. */
const plain = (change: Parameters<typeof chatRequest>[0] = {}) => chatRequest({ tools: [], ...change });

describe('an answer of a model inside the extension', () => {
  it('comes in pieces while the model is still at it', async () => {
    const { model } = await using({ turns: [{ text: 'one two three four five six seven', after: 'end' }] });
    const seen: ModelProgress[] = [];
    value(await model.chat(plain(), { signal: never, onProgress: (progress) => seen.push(progress) }));
    expect(seen.map(({ text }) => text)).toEqual(['one ', 'two ', 'three ', 'four ', 'five ', 'six ', 'seven']);
  });

  it('is counted by the tokenizer of the model, the token that ends it included', async () => {
    const { model } = await using({ turns: [{ text: 'Grüße 👩‍👩‍👧' }], template: '{{ messages[1].content }}<turn_0>' });
    const turn = value(await model.chat(plain(), { signal: never }));
    expect(turn.usage).toEqual({
      prompt: Buffer.byteLength('Fix the sum.') + 1,
      output: Buffer.byteLength('Grüße 👩‍👩‍👧') + 1,
    });
  });

  it('is cut at the most tokens that were asked for, and says so', async () => {
    const { model } = await using({ turns: endless });
    const turn = value(await model.chat(plain({ maxOutputTokens: 25 }), { signal: never }));
    expect(turn).toMatchObject({ text: 'again and again and again', finish: 'length', usage: { output: 25 } });
  });

  it('is cut where the window of the model ends', async () => {
    const { model } = await using({ turns: endless, template: '<pad><turn_0>', contextTokens: 22 });
    const turn = value(await model.chat(plain({ maxOutputTokens: 1_000 }), { signal: never }));
    expect(turn).toMatchObject({ text: 'again and again and ', finish: 'length', usage: { prompt: 2, output: 20 } });
  });

  it('is cut where the window that was asked for ends, when that is the smaller one', async () => {
    const { model } = await using({ turns: endless, template: '<pad><turn_0>' });
    expect(value(await model.chat(plain({ contextTokens: 12 }), { signal: never })).text).toBe('again and ');
  });

  it('is drawn by the seed when there is a temperature, and is the likeliest one when there is none', async () => {
    const { model } = await using({ turns: [{ random: true }] });
    const drawn = async (seed: number, temperature: number) =>
      value(await model.chat(plain({ seed, temperature, maxOutputTokens: 40 }), { signal: never })).text;
    const [first, again, other] = [await drawn(1, 1), await drawn(1, 1), await drawn(2, 1)];
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(await drawn(1, 0)).toBe(await drawn(2, 0));
  });

  it('has its thoughts apart, also where the template began them', async () => {
    const begun = await using({ turns: [{ text: 'why\n</think>\n\nso' }], template: 'assistant: <think>\n' });
    expect(value(await begun.model.chat(plain(), { signal: never }))).toMatchObject({ thinking: 'why', text: 'so' });
  });
});

describe('a prompt of a model inside the extension', () => {
  it('that is longer than the window is refused before anything is generated', async () => {
    const { model } = await using({ turns: endless, contextTokens: 64 });
    const onProgress = vi.fn<(progress: ModelProgress) => void>();
    const result = await model.chat(plain({ messages: historyOf(3) }), { signal: never, onProgress });
    expect(failed(result)).toMatchObject({
      reason: 'context-exceeded',
      message: expect.stringMatching(/tiny\/scripted.* \d{3} tokens.* 64 /),
    });
    expect(onProgress).not.toHaveBeenCalled();
  });

  it('shows the tools and the calls so far, and a call comes back as the text that the model wrote', async () => {
    const call = '<tool_call>\n{"name": "read_file", "arguments": {"path": "sum.js"}}\n</tool_call>';
    const check = "{% if 'Reads a file.' not in (tools | tojson) %}{{ raise_exception('no tools') }}{% endif %}";
    const past = "{% if 'file0.js' not in (messages | tojson) %}{{ raise_exception('no calls') }}{% endif %}";
    const { model } = await using({
      turns: [{ text: 'unused' }, { text: call }],
      template: `${check}${past}${chatTemplate({ tools: true, turns: 2 })}`,
    });
    expect(value(await model.probe(never)).tools).toBe(true);
    const turn = value(await model.chat(chatRequest({ messages: historyOf(1) }), { signal: never }));
    expect(turn).toMatchObject({ text: call, calls: [], finish: 'stop' });
  });

  it('that the chat template does not take is a failure in its words', async () => {
    const { model } = await using({
      turns: endless,
      template: "{{ raise_exception('Only user roles are supported!') }}",
    });
    expect(failed(await model.chat(plain(), { signal: never }))).toMatchObject({
      reason: 'rejected',
      message: expect.stringContaining('Only user roles are supported!'),
    });
  });

  it('is written out plainly for a model without a chat template, which gets no tools', async () => {
    const { model } = await using({ turns: [{ text: 'hello' }], template: null });
    expect(value(await model.chat(plain(), { signal: never })).text).toBe('hello');
    expect(failed(await model.chat(chatRequest(), { signal: never })).reason).toBe('tools-unsupported');
  });
});

describe('the process that runs models', () => {
  it('is free for the next request soon after an abort', async () => {
    const { model, runner } = await using({ turns: [{ text: 'on and on ', after: 'repeat' }, { text: 'next' }] });
    const controller = new AbortController();
    const onProgress = (): void => void setTimeout(() => controller.abort(), 20);
    const first = await model.chat(plain({ maxOutputTokens: 8_000 }), { signal: controller.signal, onProgress });
    expect(failed(first).reason).toBe('aborted');
    const { pid } = runner;
    expect(value(await model.chat(plain({ messages: historyOf(1) }), { signal: never })).text).toBe('next');
    expect(runner.pid).toBe(pid);
  });

  it('is ended when one step goes on too long after an abort, and the next request has a new one', async () => {
    const slow = { turns: [{ text: 'on and on ', after: 'repeat' as const }], work: 2_500 };
    const { model, runner } = await using(slow, { abortMs: 10 });
    const controller = new AbortController();
    const asked = model.chat(plain({ maxOutputTokens: 4 }), { signal: controller.signal });
    await vi.waitFor(() => expect(runner.pid).toBeDefined(), { timeout: 10_000 });
    const { pid } = runner;
    controller.abort();
    expect(failed(await asked).reason).toBe('aborted');
    expect(value(await model.chat(plain({ maxOutputTokens: 1 }), { signal: never })).finish).toBe('length');
    expect(runner.pid).not.toBe(pid);
  });

  it('may be killed in the middle of an answer: that one has crashed, and the next is answered', async () => {
    const { model, runner } = await using({ turns: [{ text: 'on and on ', after: 'repeat' }, { text: 'next' }] });
    const onProgress = (): void => void process.kill(runner.pid ?? 0, 'SIGKILL');
    const killed = failed(await model.chat(plain({ maxOutputTokens: 8_000 }), { signal: never, onProgress }));
    expect(killed).toMatchObject({ reason: 'crashed', message: expect.stringContaining('SIGKILL') });
    expect(value(await model.chat(plain({ messages: historyOf(1) }), { signal: never })).text).toBe('next');
  });

  it('is given up when it gives no sign', async () => {
    const { model } = await using({ turns: endless }, { silenceMs: 1 });
    expect(failed(await model.chat(plain(), { signal: never })).reason).toBe('timeout');
  });

  it('ends when nobody asks for a while', async () => {
    const { model, runner } = await using({ turns: [{ text: 'x' }] }, { idleMs: 50 });
    value(await model.chat(plain(), { signal: never }));
    const { pid } = runner;
    expect(pid).toBeDefined();
    await vi.waitFor(() => expect(runner.pid).toBeUndefined(), { timeout: 10_000 });
    await vi.waitFor(() => expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH'), { timeout: 10_000 });
    expect(value(await model.chat(plain(), { signal: never })).text).toBe('x');
  });

  it('starts no more once it is closed', async () => {
    const { model, runner } = await using({ turns: endless });
    await runner.close();
    expect(failed(await model.chat(plain(), { signal: never })).reason).toBe('crashed');
  });

  it('is missing in a build without models of its own, which says what to do', async () => {
    const { model } = await using({ turns: endless }, { script: '/nowhere/modelRunner.cjs' });
    for (const result of [await model.probe(never), await model.chat(plain(), { signal: never })]) {
      expect(failed(result)).toMatchObject({
        reason: 'model-missing',
        message: expect.stringMatching(/build of Nightshift for this platform, or choose a model of a server/),
      });
    }
  });
});
