import { afterEach, expect, it } from 'vitest';
import type { LanguageModel, ModelProgress, Turn } from '../../../src/core/models/languageModel.ts';
import type { ScriptTurn } from '../../../src/node/models/replayScript.ts';
import { chatRequest, historyOf } from './requests.ts';

export interface OpenModel {
  readonly model: LanguageModel;
  /** Ends what stands behind the model and asserts that nothing of it is left. */
  close(): Promise<void>;
}

const never = new AbortController().signal;

/** What every driver promises, asserted against one that answers from `script`. */
export function describesLanguageModel(
  open: (script: readonly ScriptTurn[]) => Promise<OpenModel>,
  kind: { readonly replay: boolean },
): void {
  let opened: OpenModel | undefined;
  const using = async (...script: ScriptTurn[]): Promise<LanguageModel> => {
    opened = await open(script);
    return opened.model;
  };

  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });

  it('says what it is when probed', async () => {
    const model = await using({ text: 'hello' });
    const info = value(await model.probe(never));
    expect(info).toMatchObject({ id: model.id, tools: true, replay: kind.replay });
    expect(info.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('answers with text, and what it reports on the way adds up to it', async () => {
    const text = 'Grüße, 世界! 👩‍👩‍👧 The sum subtracts.\nSecond line.';
    const model = await using({ thinking: 'Let me see.', text });
    const seen: ModelProgress[] = [];
    const turn = value(
      await model.chat(chatRequest(), { signal: never, onProgress: (progress) => seen.push(progress) }),
    );
    expect(turn).toMatchObject({ text, thinking: 'Let me see.', calls: [], finish: 'stop' });
    expect(joined(seen, 'text')).toBe(text);
    expect(joined(seen, 'thinking')).toBe('Let me see.');
    expect(turn.milliseconds).toBeGreaterThanOrEqual(0);
  });

  it('passes calls on with their exact arguments and ids that differ', async () => {
    const calls = [
      { name: 'read_file', arguments: { path: 'a "quoted"\\path\n.js', deep: { list: [1, 'two', null] } } },
      { name: 'read_file', arguments: {} },
    ];
    const model = await using({ text: 'I look.', calls });
    const turn = value(await model.chat(chatRequest(), { signal: never }));
    expect(turn.finish).toBe('calls');
    expect(turn.calls.map(({ name, arguments: given }) => ({ name, arguments: given }))).toEqual(calls);
    expect(new Set(turn.calls.map(({ id }) => id)).size).toBe(2);
  });

  it('goes on with the turn that the history asks for, and gives it again when asked again', async () => {
    const model = await using(
      { calls: [{ name: 'read_file', arguments: { path: 'sum.js' } }] },
      {
        text: 'Now I know.',
        calls: [{ name: 'finish', arguments: { summary: 'done' } }],
        expect: { lastContains: 'return a - b', tools: ['finish'] },
      },
    );
    const request = chatRequest({ messages: historyOf(1) });
    const first = value(await model.chat(request, { signal: never }));
    const second = value(await model.chat(request, { signal: never }));
    expect(first.calls[0]).toMatchObject({ name: 'finish', arguments: { summary: 'done' } });
    expect({ ...second, milliseconds: 0 }).toEqual({ ...first, milliseconds: 0 });
  });

  it('never gives a call an id that the run already used', async () => {
    const script: ScriptTurn = { calls: [{ name: 'read_file', arguments: { path: 'a' } }] };
    const model = await using(script, script);
    const [call] = value(await model.chat(chatRequest(), { signal: never })).calls;
    expect(call).toBeDefined();
    const messages = [
      ...chatRequest().messages,
      { role: 'assistant' as const, content: '', calls: call === undefined ? [] : [call] },
      { role: 'tool' as const, callId: call?.id ?? '', tool: 'read_file', content: 'text' },
    ];
    const [next] = value(await model.chat(chatRequest({ messages }), { signal: never })).calls;
    expect(next?.id).not.toBe(call?.id);
  });

  it('reports an answer that was cut off as length, also when it carries calls', async () => {
    const model = await using({
      text: 'I wri',
      calls: [{ name: 'read_file', arguments: { path: 'a' } }],
      finish: 'length',
    });
    expect(value(await model.chat(chatRequest(), { signal: never })).finish).toBe('length');
  });

  it('passes on the counts of the server', async () => {
    const model = await using({ text: 'x', usage: { prompt: 1_234, output: 56 } });
    expect(value(await model.chat(chatRequest(), { signal: never })).usage).toEqual({ prompt: 1_234, output: 56 });
  });

  it('answers aborted at once when the signal already is', async () => {
    const model = await using({ text: 'x' });
    const result = await model.chat(chatRequest(), { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ ok: false, error: { reason: 'aborted' } });
  });

  it('answers aborted soon after the signal, in the middle of a wait', async () => {
    const model = await using({ text: 'x', delayMs: 60_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const started = performance.now();
    const result = await model.chat(chatRequest(), { signal: controller.signal });
    expect(result).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('throws on what the listener throws: that is a defect of ours, not of the server', async () => {
    const model = await using({ text: 'x' });
    const listener = (): never => {
      throw new Error('our defect');
    };
    await expect(model.chat(chatRequest(), { signal: never, onProgress: listener })).rejects.toThrow('our defect');
  });
}

export function value<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value;
}

function joined(seen: readonly ModelProgress[], type: keyof Pick<Turn, 'text' | 'thinking'>): string {
  return seen
    .filter((progress) => progress.type === type)
    .map((progress) => progress.text)
    .join('');
}
