import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembleMessages, estimateRequest, promptRoom } from '../../../../src/core/models/contextAssembly.ts';
import type { Message, ToolSpec } from '../../../../src/core/models/languageModel.ts';
import { alreadySentTokens, type SentPrompt } from '../../../../src/core/models/promptPrefix.ts';
import {
  type Calibration,
  calibrate,
  countCall,
  createEstimator,
  uncalibrated,
} from '../../../../src/core/models/tokenEstimate.ts';
import { isSurelyWhole, judgeWindow, servedRoom } from '../../../../src/core/models/truncation.ts';
import { toOllamaMessage, toOllamaTool } from '../../../../src/node/models/ollama/ollamaWire.ts';
import { type ChatBody, chatBodySchema, cutToWindow, promptTokens } from '../../../fakes/ollama/chatBody.ts';

const tools: readonly ToolSpec[] = ['read_file', 'write_file', 'run_tests'].map((name) => ({
  name,
  description: `The tool ${name} does what its name says, on the files as they are.`,
  parameters: { type: 'object', properties: { path: { type: 'string' }, content: { type: 'string' } } },
}));

function bodyOf(messages: readonly Message[]): ChatBody {
  const body = { model: 'm', messages: messages.map(toOllamaMessage), tools: tools.map(toOllamaTool) };
  return chatBodySchema.parse(JSON.parse(JSON.stringify(body)));
}

interface Conversation {
  /** Characters of what each step reads. */
  readonly sizes: readonly number[];
  /** The window asked for, and the one that the server has. */
  readonly asked: number;
  readonly real: number;
  /** The server says in `/api/ps` what window it gave the model. */
  readonly says: boolean;
}

interface Call {
  readonly sent: number;
  readonly cut: boolean;
  /** Tokens that the server left out. */
  readonly lost: number;
  /** A count before this one was surely of a whole prompt. */
  readonly known: boolean;
  readonly reported: boolean;
}

/** A run as the agent makes it, against a server that drops messages exactly as the fake does. Ends with the first report of a cut. */
function converse({ sizes, asked, real, says }: Conversation): readonly Call[] {
  const calls: Call[] = [];
  const history: Message[] = [];
  let calibration: Calibration = uncalibrated;
  let previous: SentPrompt | undefined;
  let mostPromptTokens: number | undefined;
  let countsWhole = false;
  for (const [at, size] of sizes.entries()) {
    const estimate = createEstimator(calibration);
    const prompt = {
      system: 'You fix code. '.repeat(80),
      opening: 'Goal: make the sum test pass.',
      goal: 'make the sum test pass.',
      plan: '',
      history,
      files: [],
      budget: `Left for this task: ${40 - at} steps.`,
    };
    const room = { contextTokens: asked, maxOutputTokens: 1_024, tools, estimate };
    const narrowed = mostPromptTokens === undefined ? room : { ...room, mostPromptTokens };
    const assembled = assembleMessages(prompt, narrowed);
    if (!assembled.ok) {
      return calls;
    }
    const { messages, estimatedTokens } = assembled.value;
    expect(estimatedTokens).toBeLessThanOrEqual(promptRoom(narrowed));
    const body = bodyOf(messages);
    const sent = promptTokens(body);
    const { count: counted } = cutToWindow(body, Math.min(real, asked));
    const before = alreadySentTokens(previous, { messages, tools }, estimate);
    const call = {
      estimated: estimatedTokens,
      counted,
      before,
      countsWhole,
      calibrated: calibration.samples > 0,
      contextTokens: asked,
    };
    const known = countsWhole;
    countsWhole ||= isSurelyWhole(call);
    const { truncated, window } = judgeWindow(call, says ? Math.min(real, asked) : undefined);
    calls.push({ sent, cut: sent > Math.min(real, asked), lost: sent - counted, known, reported: truncated });
    if (truncated) {
      return calls;
    }
    mostPromptTokens = window === undefined ? undefined : servedRoom({ window }, 1_024);
    const tokens = countCall({
      usage: { prompt: counted, output: 10 },
      estimated: { prompt: estimateRequest(messages, tools, estimate), output: 10 },
      alreadySent: before.counted,
    });
    previous = { prompt: { messages, tools }, tokens };
    calibration = calibrate(calibration, estimatedTokens, counted);
    history.push(
      { role: 'assistant', content: '', calls: [{ id: `c${at}`, name: 'read_file', arguments: { path: `f${at}` } }] },
      { role: 'tool', callId: `c${at}`, tool: 'read_file', content: `line ${at}\n`.repeat(Math.ceil(size / 7)) },
    );
  }
  return calls;
}

const sizes = (most: number) => fc.array(fc.integer({ min: 50, max: most }), { minLength: 1, maxLength: 25 });

describe('a prompt that a server cuts', () => {
  test('is always reported where the server says what window it has, and only the first can be cut', () => {
    const windows = fc.record({
      asked: fc.integer({ min: 4_096, max: 65_536 }),
      real: fc.integer({ min: 1_024, max: 65_536 }),
      sizes: sizes(8_000),
    });
    fc.assert(
      fc.property(windows, (given) => {
        const calls = converse({ ...given, says: true });
        expect(calls.every(({ cut, reported }) => !cut || reported)).toBe(true);
        expect(calls.slice(1).every(({ cut }) => !cut)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('is reported by its count alone where it loses more than half of what was new, once the server was seen to count whole prompts', () => {
    const windows = fc.record({
      asked: fc.constant(32_768),
      // No server in use has less; a shorter prompt is taken for whole.
      real: fc.integer({ min: 4_096, max: 12_000 }),
      sizes: sizes(8_000),
    });
    let losses = 0;
    fc.assert(
      fc.property(windows, (given) => {
        const calls = converse({ ...given, says: false });
        for (const [at, { sent, lost, known, reported }] of calls.entries()) {
          const before = calls[at - 1] ?? { sent: 0, lost: 0 };
          if (known && lost - before.lost > (sent - before.sent) / 2 + 80) {
            losses += 1;
            expect(reported).toBe(true);
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(losses).toBeGreaterThan(0);
  });

  test('is never reported where the server has the window that was asked for', () => {
    const windows = fc.record({
      asked: fc.integer({ min: 4_096, max: 65_536 }),
      says: fc.boolean(),
      sizes: sizes(8_000),
    });
    fc.assert(
      fc.property(windows, (given) => {
        const calls = converse({ ...given, real: 1_000_000 });
        expect(calls.some(({ reported }) => reported)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a count far below what was sent, by a server that says that it has the window asked for', () => {
  const call = {
    estimated: 20_000,
    counted: 9_000,
    before: { estimated: 12_000, counted: 12_000 },
    countsWhole: true,
    calibrated: true,
    contextTokens: 32_768,
  };

  test.each([
    ['a cut', call, true],
    ['no sign while counts may be of a cache', { ...call, countsWhole: false }, false],
    ['no sign while the estimate is a guess', { ...call, calibrated: false }, false],
    ['nothing where the count fits', { ...call, counted: 19_000 }, false],
  ])('is %s', (_what, given, truncated) => {
    expect(judgeWindow(given, 32_768)).toEqual({ truncated });
    expect(judgeWindow(given, 65_536)).toEqual({ truncated });
  });
});

describe('a request', () => {
  test('is never longer than the window, whatever was said and done', () => {
    const given = fc.record({ asked: fc.integer({ min: 3_000, max: 40_000 }), sizes: sizes(20_000) });
    fc.assert(
      fc.property(given, ({ asked, sizes: read }) => {
        const calls = converse({ asked, sizes: read, real: asked, says: true });
        expect(calls.every(({ sent }) => sent <= asked)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the room at a server', () => {
  test.each([
    [{}, undefined],
    [{ cutTo: 2_000 }, 1_800],
    [{ window: 4_096, cutTo: 2_000 }, 2_662],
    [{ window: 32_768 }, 27_443],
  ])('of %o is %s', (served, room) => {
    expect(servedRoom(served, 2_048)).toBe(room);
  });
});
