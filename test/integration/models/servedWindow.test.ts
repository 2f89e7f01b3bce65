import { afterEach, describe, expect, it } from 'vitest';
import type { TraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { createOllamaModel } from '../../../src/node/models/ollama/ollama.ts';
import { type Played, playPipeline } from '../../golden/playPipeline.ts';
import { promptTokens } from '../../fakes/ollama/chatBody.ts';
import { chatBodySchema } from '../../fakes/ollama/chatBody.ts';
import { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';

let fake: FakeOllama | undefined;

afterEach(async () => {
  expect(fake?.violations).toEqual([]);
  await fake?.close();
  fake = undefined;
});

const answersOf = (events: readonly TraceEvent[]) =>
  events.flatMap((event) => (event.type === 'model-answered' ? [event.data] : []));

/** A run over TCP against a server that never has more than `window`, whatever is asked for. */
async function play(window: number, more: Partial<FakeOllamaOptions> = {}): Promise<Played> {
  let count = 0;
  fake = await startFakeOllama({
    contextDefault: window,
    ...more,
    script: () => {
      count += 1;
      return { fault: 'silentTruncate', calls: [{ name: 'read_file', arguments: { path: `docs/${count % 9}.txt` } }] };
    },
  });
  const documents = Array.from({ length: 9 }, (_, at) => [
    `docs/${at}.txt`,
    `line ${at}, some words of it\n`.repeat(130),
  ]);
  return playPipeline({
    model: createOllamaModel({ name: 'scripted', host: fake.url }),
    settings: { contextTokens: 16_384 },
    limits: { steps: 12, newTokens: 1_000_000, totalTokens: 10_000_000, idleSteps: 50 },
    files: { 'src/sum.js': 'x', ...Object.fromEntries(documents) },
  });
}

/** For each chat, in order: whether the server dropped any of it. */
function dropped(window: number): readonly boolean[] {
  return (fake?.requests ?? [])
    .filter(({ path }) => path === '/api/chat')
    .map(({ body }) => promptTokens(chatBodySchema.parse(body)) > window);
}

describe('a server that gives a model less than was asked for', () => {
  it.each([4_096, 6_000, 9_000])('and says so is sent nothing that it would cut (%d tokens)', async (window) => {
    const { trace } = await play(window);
    const answers = answersOf(trace.events);
    expect(answers.length).toBeGreaterThan(4);
    expect(answers.every((answer) => answer.window === window)).toBe(true);
    expect(dropped(window)).not.toContain(true);
    expect(trace.task().served).toMatchObject({ window });
    expect(fake?.requests.filter(({ path }) => path === '/api/ps').length).toBe(1);
  });

  it.each([4_096, 6_000, 9_000])('and does not say so is found out by its count (%d tokens)', async (window) => {
    const { trace } = await play(window, { hidesWindows: true });
    const cuts = dropped(window);
    const first = cuts.indexOf(true);
    expect(first).toBeGreaterThan(0);
    const reported = answersOf(trace.events).map(({ truncated }) => truncated);
    expect(reported.indexOf(true)).toBe(first);
    expect(cuts.filter(Boolean)).toHaveLength(1);
    expect(trace.task().served?.cuts).toBe(1);
  });
});
