import { describe, expect, test } from 'vitest';
import type { LanguageModel } from '../../src/core/models/languageModel.ts';
import { toTaskView } from '../../src/core/tasks/taskView.ts';
import { toOllamaMessage, toOllamaTool } from '../../src/node/models/ollama/ollamaWire.ts';
import { functionModel } from '../fakes/functionModel.ts';
import { chatBodySchema, cutToWindow, promptTokens } from '../fakes/ollama/chatBody.ts';
import { type Played, playPipeline } from './playPipeline.ts';

interface Server {
  readonly model: LanguageModel;
  /** Prompt tokens of each request, before the server cut them. */
  readonly sent: number[];
  readonly cut: boolean[];
}

/** A server whose window is smaller than asked for: it drops messages and counts what is left, as Ollama does. */
function smallServer(window: number, says: boolean): Server {
  const sent: number[] = [];
  const cut: boolean[] = [];
  const model = functionModel((request, count) => {
    const body = chatBodySchema.parse(
      JSON.parse(
        JSON.stringify({
          model: 'm',
          messages: request.messages.map(toOllamaMessage),
          tools: request.tools.map(toOllamaTool),
        }),
      ),
    );
    const whole = promptTokens(body);
    sent.push(whole);
    cut.push(whole > window);
    const { count: prompt } = cutToWindow(body, window);
    return {
      calls: [{ name: 'read_file', arguments: { path: `docs/${count % 9}.txt` } }],
      usage: { prompt, output: 20 },
    };
  });
  return { model: says ? { ...model, servedWindow: async () => window } : model, sent, cut };
}

function play({ model }: Server, contextTokens = 32_768): Promise<Played> {
  const documents = Array.from({ length: 9 }, (_, at) => [
    `docs/${at}.txt`,
    `line ${at}, some words of it\n`.repeat(110),
  ]);
  return playPipeline({
    model,
    settings: { contextTokens },
    limits: { steps: 20, newTokens: 1_000_000, totalTokens: 10_000_000, idleSteps: 50 },
    files: { 'src/sum.js': 'x', ...Object.fromEntries(documents) },
  });
}

const truncations = ({ trace }: Played): readonly boolean[] =>
  trace.events.flatMap((event) => (event.type === 'model-answered' ? [event.data.truncated] : []));

describe('a server with a smaller window than was asked for', () => {
  test('that says so is sent nothing longer from the second call on, and the user is told', async () => {
    const server = smallServer(6_000, true);
    const played = await play(server);
    expect(played.trace.task().reason?.code).toBe('step-limit');
    expect(server.sent).toHaveLength(20);
    expect(Math.max(...server.sent)).toBeLessThanOrEqual(6_000);
    expect(truncations(played)).not.toContain(true);
    expect(toTaskView(played.trace.task(), '').warnings).toEqual([
      "The model's server has a window of 6000 tokens, 32768 were asked for; start it with a larger window, or use a smaller model.",
    ]);
  });

  test('that says nothing is found out by its count: prompts are sized to what it left, and the user is told', async () => {
    const server = smallServer(6_000, false);
    const played = await play(server);
    const cuts = truncations(played);
    expect(cuts.filter(Boolean).length).toBeGreaterThanOrEqual(1);
    const first = cuts.indexOf(true);
    expect(first).toBe(server.cut.indexOf(true));
    expect(server.cut.slice(first + 1)).not.toContain(true);
    expect(toTaskView(played.trace.task(), '').warnings?.[0]).toMatch(
      /cut a prompt without a word, to \d+ tokens; start it with/,
    );
  });

  test('that cuts again and again ends the run with what to do about it', async () => {
    const counted = [4_000, 4_100, 900, 800];
    const model = functionModel((_request, count) => ({
      calls: [{ name: 'read_file', arguments: { path: `docs/${count}.txt` } }],
      usage: { prompt: counted[count] ?? 700, output: 5 },
    }));
    const { trace } = await play({ model, sent: [], cut: [] });
    expect(trace.task().state).toBe('failed');
    expect(['context-truncated', 'context-exceeded']).toContain(trace.task().reason?.code);
    expect(trace.task().reason?.message).toMatch(/window/);
    expect(trace.task().usage.steps).toBeLessThanOrEqual(5);
  });

  test('too small even for the essentials is refused with the figures', async () => {
    const played = await play(smallServer(2_000, true));
    const { reason } = played.trace.task();
    expect(reason?.code).toMatch(/context-/);
    expect(reason?.message).toContain('as the server has less than that');
  });
});
