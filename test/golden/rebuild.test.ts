import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { failure } from '../../src/base/failure.ts';
import { fail } from '../../src/base/result.ts';
import type { LanguageModel } from '../../src/core/models/languageModel.ts';
import { redactEntry } from '../../src/core/trace/redactEntry.ts';
import type { TraceEvent } from '../../src/core/trace/traceEvent.ts';
import { redactText } from '../../src/node/tasks/redactText.ts';
import { functionModel, type Said } from '../fakes/functionModel.ts';
import { rebuildTrace } from '../fakes/rebuiltRequests.ts';
import { testProtection } from '../fakes/traceProtection.ts';
import { randomText } from '../fakes/sampleSecrets.ts';
import { type Played, playPipeline } from './playPipeline.ts';

const longRun = 30;

/** A run that reads long files, writes, fails, is silent, asks for too much at once, and so outgrows its window. */
function busyModel(secret: string) {
  return functionModel((request, count): Said => {
    const at = request.messages.filter(({ role }) => role === 'assistant').length + count;
    const read = (path: string) => ({ name: 'read_file', arguments: { path } });
    const usage = { prompt: 2_000 + count, output: 20 };
    switch (at % 6) {
      case 0:
        return {
          calls: Array.from({ length: 10 }, (_, n) => read(`docs/${(count + n) % 7}.txt`)),
          thinking: 'hm '.repeat(80),
        };
      case 1:
        return { text: `I say nothing of ${secret}.`, usage };
      case 2:
        return {
          calls: [
            { name: 'write_file', arguments: { path: `new${count}.txt`, content: `key ${secret}\n`.repeat(40) } },
          ],
        };
      case 3:
        return { calls: [{ name: 'Read-File', arguments: { path: 'src/sum.js', startLine: '1' } }], usage };
      case 4:
        return {
          calls: [{ name: 'edit_file', arguments: { path: 'src/sum.js', oldText: `none ${secret}`, newText: '' } }],
        };
      default:
        return count % 2 === 0
          ? { calls: [{ name: 'run_tests', arguments: {} }] }
          : { calls: [{ name: 'fly', arguments: 3 }] };
    }
  });
}

function playLongRun(secret: string, contextTokens = 8_192): Promise<Played> {
  const documents = Array.from({ length: 7 }, (_, at) => [
    `docs/${at}.txt`,
    `line of ${at} with ${secret}\n`.repeat(120),
  ]);
  return playPipeline({
    model: busyModel(secret),
    settings: { contextTokens },
    limits: { steps: longRun, newTokens: 10_000_000, totalTokens: 100_000_000, idleSteps: 50, malformedCalls: 9 },
    origin: { kind: 'selection', file: 'src/sum.js', startLine: 1, text: `${secret} `.repeat(300) },
    files: {
      'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
      'src/sum.js': 'export const add = (a, b) => a - b;\n',
      'test/sum.test.js': 'x',
      ...Object.fromEntries(documents),
    },
  });
}

const requests = (events: readonly TraceEvent[]) =>
  events.flatMap((event) => (event.type === 'model-asked' ? [event.data] : []));

describe('a trace', () => {
  test('makes every request of a long run again, compaction and all', async () => {
    const { trace } = await playLongRun('nothing secret');
    const asked = requests(trace.events);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter(({ elided }) => elided !== undefined).length).toBeGreaterThan(5);
    expect(asked.some(({ elided }) => (elided?.results.length ?? 0) > 0)).toBe(true);
    const { different } = await rebuildTrace(trace.events, async (hash) => trace.artifacts.get(hash));
    expect(different).toEqual([]);
  });

  test('makes them again without the secrets that were taken out of it', async () => {
    const secret = `ghp_${randomText(36)}`;
    const { trace } = await playLongRun(secret);
    const { redactor } = testProtection();
    const kept = new Map<string, string>();
    const artifacts = new Map<string, Uint8Array>();
    for (const [hash, bytes] of trace.artifacts) {
      const redacted = await redactText(bytes, redactor);
      const name = createHash('sha256').update(redacted).digest('hex');
      kept.set(hash, name);
      artifacts.set(name, redacted);
    }
    const events: TraceEvent[] = [];
    for (const event of trace.events) {
      const entry = await redactEntry(event, redactor);
      const renamed = JSON.stringify(entry).replace(/[0-9a-f]{64}/g, (hash) => kept.get(hash) ?? hash);
      events.push({ ...event, ...JSON.parse(renamed) });
    }
    expect(JSON.stringify(events)).not.toContain(secret);
    expect(JSON.stringify(events)).toContain('[redacted:');
    const { asked, different } = await rebuildTrace(events, async (hash) => artifacts.get(hash));
    expect(asked).toBeGreaterThan(20);
    expect(different).toEqual([]);
  });

  test('makes a question again that was asked twice, as its first answer broke off in the middle', async () => {
    const inner = functionModel((_request, count) =>
      count === 0
        ? { calls: [{ name: 'read_file', arguments: { path: 'src/sum.js' } }] }
        : { calls: [{ name: 'finish', arguments: { summary: 's' } }] },
    );
    let asked = 0;
    const model: LanguageModel = {
      ...inner,
      chat: async (request, options) => {
        asked += 1;
        if (asked !== 2) return inner.chat(request, options);
        options.onProgress?.({ type: 'text', text: 'half of an answer, and no more' });
        return fail(failure('interrupted', 'The connection broke.'));
      },
    };
    const { trace } = await playPipeline({ model, limits: { steps: 6 } });
    const questions = trace.events.filter((event) => event.type === 'model-asked');
    const requests = new Set(questions.slice(1, 3).map(({ data }) => data.request.sha256));
    expect(requests.size).toBe(1);
    expect(questions[1]?.data.budget).toBeUndefined();
    expect(questions[2]?.data.budget).toContain('Left for this task: 5 steps');
  });

  test.each<[string, (event: TraceEvent) => TraceEvent]>([
    [
      'a result was changed',
      (event) =>
        event.type === 'tool-returned' ? { ...event, data: { ...event.data, output: `${event.data.output}.` } } : event,
    ],
    [
      'an item of the context was changed',
      (event) =>
        event.type === 'context-added' ? { ...event, data: { ...event.data, tainted: !event.data.tainted } } : event,
    ],
    [
      'what was left out was changed',
      (event) => (event.type === 'model-asked' ? { ...event, data: { ...event.data, elided: undefined } } : event),
    ],
    [
      'the run has another name',
      (event) => JSON.parse(JSON.stringify(event).replace(/run-[0-9a-z]{10}/g, 'run-0000000000')),
    ],
  ])('makes another one where %s', async (_what, change) => {
    const { trace } = await playLongRun('nothing secret');
    const { different } = await rebuildTrace(trace.events.map(change), async (hash) => trace.artifacts.get(hash));
    expect(different.length).toBeGreaterThan(0);
  });

  test('of a version that did not record what a request was made of says so', async () => {
    const { trace } = await playLongRun('nothing secret');
    const older = trace.events.map((event) => {
      if (event.type !== 'model-asked') return event;
      const { frame: _frame, ...data } = event.data;
      return { ...event, data };
    });
    const { different } = await rebuildTrace(older, async (hash) => trace.artifacts.get(hash));
    expect(different[0]).toContain('did not record');
  });
});
