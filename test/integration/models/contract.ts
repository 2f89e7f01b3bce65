import { afterEach, expect, it } from 'vitest';
import type {
  ChatRequest,
  LanguageModel,
  ModelFailure,
  ModelProgress,
  Turn,
} from '../../../src/core/models/languageModel.ts';
import type { Result } from '../../../src/base/result.ts';
import type { ScriptTurn } from '../../../src/node/models/replay/replayScript.ts';
import { chatRequest, historyOf } from './requests.ts';

/**
 * The one suite that every driver of `LanguageModel` passes: `describe('...', () => describesLanguageModel(harness))`.
 *
 * A harness stands up the driver in front of what it really talks to (a server on a socket, a window, a generator), and has
 * that answer from `script` by the rules of replay scripts:
 *
 * - The turn due is the one whose index is the number of assistant messages that the request carries; asking again gives it again.
 * - `text`, `thinking` and `calls` are what the model says; `finish` 'length' means that it was cut; `usage` is what is counted.
 * - `delayMs` passes before the first word, and an abort ends that wait.
 * - `expect` is checked against the request as it arrived; a turn that does not fit fails the test, by an error or in `close`.
 */
export interface DriverHarness {
  open(script: readonly ScriptTurn[]): Promise<OpenModel>;
  /** What `probe` says of it. */
  readonly replay?: boolean;
  /** What this driver cannot do. A lack is asserted too: it shows in what the driver says, never as an invented value. */
  readonly lacks?: readonly Ability[];
}

export type Ability =
  /** Calls of tools. Without: `probe` says `tools: false`, and a request with tools fails as 'tools-unsupported'. */
  | 'tools'
  /** Holding an answer to a schema. Without: `probe` does not say `schema: true`, and `format` fails as 'format-unsupported'. */
  | 'format'
  /** Thoughts apart from text. Without: `thinking` is empty, and no such progress is reported. */
  | 'thinking'
  /** Counting tokens. Without: `usage` is `{}`. */
  | 'counts'
  /** Telling an answer that was cut from one that ended. Without: `finish` says 'stop' or 'calls'. */
  | 'length'
  /** Naming the exact weights, as the lower-case hex SHA-256. Without: `probe` gives no `digest`. */
  | 'digest';

export interface OpenModel {
  readonly model: LanguageModel;
  /** Ends what stands behind the model; asserts that nothing of it is left open and that nothing wrong was asked of it. */
  close(): Promise<void>;
}

const never = new AbortController().signal;
const answerSchema = { type: 'object', properties: { done: { type: 'boolean' } }, required: ['done'] };

export function describesLanguageModel(harness: DriverHarness): void {
  // What a driver is not held to is no test of its suite: a skipped one would say that something is missing here.
  const itWhere = (isHeld: boolean) => (name: string, test: () => Promise<void>) => void (isHeld && it(name, test));
  const can = (ability: Ability): boolean => harness.lacks?.includes(ability) !== true;
  const lacksTools = can('tools') ? {} : { tools: [] };
  const request = (change: Partial<ChatRequest> = {}): ChatRequest => chatRequest({ ...lacksTools, ...change });
  let opened: OpenModel | undefined;
  const using = async (...script: ScriptTurn[]): Promise<LanguageModel> => {
    opened = await harness.open(script);
    return opened.model;
  };

  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });

  it('says what it is when probed', async () => {
    const model = await using({ text: 'hello' });
    const info = value(await model.probe(never));
    expect(info).toMatchObject({ id: model.id, tools: can('tools'), replay: harness.replay ?? false });
    expect(info.digest ?? 'none').toMatch(can('digest') ? /^[0-9a-f]{64}$/ : /^none$/);
    expect([can('format'), undefined]).toContain(info.schema);
    expect(info.contextTokens ?? 1).toBeGreaterThan(0);
  });

  it('answers with text, and what it reports on the way adds up to it', async () => {
    const text = 'Grüße, 世界! 👩‍👩‍👧 The sum subtracts.\nSecond line.';
    const thinking = can('thinking') ? 'Let me see.' : '';
    const model = await using({ text, ...(thinking === '' ? {} : { thinking }) });
    const seen: ModelProgress[] = [];
    const turn = value(await model.chat(request(), { signal: never, onProgress: (progress) => seen.push(progress) }));
    expect(turn).toMatchObject({ text, thinking, calls: [], finish: 'stop' });
    expect(joined(seen, 'text')).toBe(text);
    expect(joined(seen, 'thinking')).toBe(thinking);
    expect(turn.milliseconds).toBeGreaterThanOrEqual(0);
  });

  itWhere(can('tools'))('passes calls on with their exact arguments and ids that differ', async () => {
    const calls = [
      { name: 'read_file', arguments: { path: 'a "quoted"\\path\n.js', deep: { list: [1, 'two', null] } } },
      { name: 'read_file', arguments: {} },
    ];
    const model = await using({ text: 'I look.', calls });
    const turn = value(await model.chat(request(), { signal: never }));
    expect(turn).toMatchObject({ text: 'I look.', finish: 'calls' });
    expect(turn.calls.map(({ name, arguments: given }) => ({ name, arguments: given }))).toEqual(calls);
    expect(new Set(turn.calls.map(({ id }) => id)).size).toBe(2);
  });

  itWhere(can('tools'))('goes on with the turn that the history asks for, and gives it again', async () => {
    const model = await using(
      { calls: [{ name: 'read_file', arguments: { path: 'sum.js' } }] },
      {
        text: 'Now I know.',
        calls: [{ name: 'finish', arguments: { summary: 'done' } }],
        expect: { lastContains: 'return a - b', tools: ['finish'] },
      },
    );
    const asked = request({ messages: historyOf(1) });
    const first = value(await model.chat(asked, { signal: never }));
    const second = value(await model.chat(asked, { signal: never }));
    expect(first.calls[0]).toMatchObject({ name: 'finish', arguments: { summary: 'done' } });
    expect({ ...second, milliseconds: 0 }).toEqual({ ...first, milliseconds: 0 });
  });

  itWhere(can('tools'))('never gives a call an id that the run already used', async () => {
    const script: ScriptTurn = { calls: [{ name: 'read_file', arguments: { path: 'a' } }] };
    const model = await using(script, script);
    const [call] = value(await model.chat(request(), { signal: never })).calls;
    expect(call).toBeDefined();
    const messages = [
      ...request().messages,
      { role: 'assistant' as const, content: '', calls: call === undefined ? [] : [call] },
      { role: 'tool' as const, callId: call?.id ?? '', tool: 'read_file', content: 'text' },
    ];
    const [next] = value(await model.chat(request({ messages }), { signal: never })).calls;
    expect(next?.id).toBeDefined();
    expect(next?.id).not.toBe(call?.id);
  });

  itWhere(!can('tools'))('refuses a request with tools as tools-unsupported', async () => {
    const model = await using({ text: 'x' });
    expect(failed(await model.chat(chatRequest(), { signal: never })).reason).toBe('tools-unsupported');
  });

  it(can('format') ? 'answers to a schema' : 'refuses a schema as format-unsupported', async () => {
    const model = await using({ text: '{"done": true}' });
    const result = await model.chat(request({ tools: [], format: answerSchema }), { signal: never });
    if (can('format')) {
      expect(JSON.parse(value(result).text)).toEqual({ done: true });
    } else {
      expect(failed(result).reason).toBe('format-unsupported');
    }
  });

  itWhere(can('length'))('reports an answer that was cut off as length', async () => {
    const model = await using({ text: 'I wri', finish: 'length' });
    expect(value(await model.chat(request(), { signal: never })).finish).toBe('length');
  });

  itWhere(can('length') && can('tools'))(
    'reports one that was cut off as length also when it carries calls',
    async () => {
      const calls = [{ name: 'read_file', arguments: { path: 'a' } }];
      const model = await using({ text: 'I wri', calls, finish: 'length' });
      expect(value(await model.chat(request(), { signal: never })).finish).toBe('length');
    },
  );

  it(can('counts') ? 'passes on the counts of the server' : 'leaves counts that it does not know out', async () => {
    const usage = { prompt: 1_234, output: 56 };
    const model = await using({ text: 'x', usage });
    expect(value(await model.chat(request(), { signal: never })).usage).toEqual(can('counts') ? usage : {});
  });

  it('answers two requests at once, each with its own turn', async () => {
    const model = await using({ text: 'the first', delayMs: 20 }, { text: 'the second' });
    const later = request({ messages: historyOf(1) });
    const turns = await Promise.all([request(), later].map((asked) => model.chat(asked, { signal: never })));
    expect(turns.map((turn) => value(turn).text)).toEqual(['the first', 'the second']);
  });

  it('answers aborted at once when the signal already is', async () => {
    const model = await using({ text: 'x' });
    expect(failed(await model.chat(request(), { signal: AbortSignal.abort() })).reason).toBe('aborted');
    expect(failed(await model.probe(AbortSignal.abort())).reason).toBe('aborted');
  });

  it('answers aborted soon after the signal, in the middle of a wait', async () => {
    const model = await using({ text: 'x', delayMs: 60_000 });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const started = performance.now();
    const result = await model.chat(request(), { signal: controller.signal });
    expect(failed(result).reason).toBe('aborted');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('answers aborted when its listener aborts, and reports nothing after that', async () => {
    const model = await using({ thinking: 'hm', text: 'a text of some length, in pieces '.repeat(40) });
    const controller = new AbortController();
    let heard = 0;
    const onProgress = (): void => {
      heard += 1;
      controller.abort();
    };
    expect(failed(await model.chat(request(), { signal: controller.signal, onProgress })).reason).toBe('aborted');
    expect(heard).toBe(1);
  });

  it('throws on what the listener throws: that is a defect of ours, not of the server', async () => {
    const model = await using({ text: 'x' });
    const listener = (): never => {
      throw new Error('our defect');
    };
    await expect(model.chat(request(), { signal: never, onProgress: listener })).rejects.toThrow('our defect');
  });
}

export function value<T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T {
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value;
}

/** The failure of a result, whose message a person can read: one line with a full stop. */
export function failed(result: Result<unknown, ModelFailure>): ModelFailure {
  if (result.ok) {
    throw new Error(`expected a failure, got ${JSON.stringify(result.value).slice(0, 200)}`);
  }
  expect(result.error.message).toMatch(/^[^\n]{20,600}\.$/);
  return result.error;
}

function joined(seen: readonly ModelProgress[], type: keyof Pick<Turn, 'text' | 'thinking'>): string {
  return seen
    .filter((progress) => progress.type === type)
    .map((progress) => progress.text)
    .join('');
}
