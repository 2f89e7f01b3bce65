import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { nullLogger } from '../../../src/base/logger.ts';
import type { TraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { modelEndpoints } from '../../../src/host/models/modelEndpoints.ts';
import { ModelDesk } from '../../../src/host/models/modelDesk.ts';
import { ModelGrades } from '../../../src/host/models/modelGrades.ts';
import { taskModels } from '../../../src/host/taskModels.ts';
import type { TaskRecord } from '../../../src/host/taskRecord.ts';
import { promptTokens, type ChatBody } from '../../fakes/ollama/chatBody.ts';
import { type FakeOllama, type FakeOllamaOptions, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import type { FakeTurn } from '../../fakes/ollama/fakeTurn.ts';
import { idle, reached, Workspace } from './deskHarness.ts';

const answerMs = 150;

const steps: FakeTurn[] = [
  { calls: [{ name: 'list_files', arguments: { path: '.' } }] },
  { calls: [{ name: 'read_file', arguments: { path: 'src/sum.js' } }] },
  { calls: [{ name: 'search_text', arguments: { query: 'add' } }] },
  {
    calls: [
      { name: 'write_file', arguments: { path: 'src/sum.js', content: 'export const add = (a, b) => a + b;\n' } },
    ],
  },
  { calls: [{ name: 'finish', arguments: { summary: 'It adds.' } }] },
].map((turn) => ({ ...turn, delayMs: answerMs }));

let workspace: Workspace;
let fake: FakeOllama;

beforeEach(() => {
  workspace = new Workspace();
  workspace.concurrency = 4;
});

afterEach(async () => {
  await fake.close();
  workspace.remove();
  expect(fake.violations).toEqual([]);
});

/** A host with the real queue before a server of its own. */
async function host(options: Partial<FakeOllamaOptions> = {}) {
  fake = await startFakeOllama({ script: steps, slots: 1, ...options });
  const sleep = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
  };
  const endpoints = modelEndpoints({ clock: systemClock, sleep });
  workspace.createModel = taskModels({ supply: { logger: nullLogger }, endpoints });
  const { desk } = workspace.desk();
  const delegate = (goal: string, contextTokens = 16_384): Promise<TaskRecord> =>
    workspace.create(desk, {
      goal,
      model: { driver: 'ollama', name: 'scripted' },
      replay: false,
      settings: { contextTokens, requireGvisor: false, ollamaHost: fake.url },
    });
  const models = new ModelDesk({
    grades: new ModelGrades(join(workspace.root, 'home'), nullLogger),
    machine: () => ({ bytes: 64 * 2 ** 30 }),
    supply: { logger: nullLogger },
    endpoints,
  });
  return { desk, delegate, models };
}

/** Chats that reached the server, by the goal they carry; a question mark for those of a trial. */
function chats(): { readonly goal: string; readonly body: ChatBody }[] {
  return fake.requests.flatMap(({ path, body }) => {
    const goal = /Goal (\w)/.exec(JSON.stringify(body))?.[1] ?? '?';
    return path.startsWith('/api/chat') ? [{ goal, body: body as ChatBody }] : [];
  });
}

const ofType = <T extends TraceEvent['type']>(events: readonly TraceEvent[], type: T) =>
  events.filter((event): event is Extract<TraceEvent, { type: T }> => event.type === type);

describe('four tasks and a server with one slot', () => {
  test('share it: one request at a time, no loading to and fro, equal shares, and all are done', async () => {
    const { desk, delegate } = await host({ loadMs: 400 });
    const windows = { A: 8_192, B: 16_384, C: 32_768, D: 8_192 };
    const records = await Promise.all(
      Object.entries(windows).map(([goal, contextTokens]) => delegate(`Goal ${goal}: mend the sum`, contextTokens)),
    );
    await Promise.all(records.map((record) => reached(record, 'ready')));
    await idle(desk);

    expect(fake.mostChats).toBe(1);
    // The window of the model only grows, so each size is loaded once at most.
    const loaded = fake.loads.map(({ window }) => window);
    expect(loaded).toEqual([...new Set(loaded)].toSorted((one, other) => one - other));
    expect(loaded.at(-1)).toBe(32_768);
    const seen = chats();
    expect(seen).toHaveLength(4 * steps.length);
    for (const { goal, body } of seen) {
      const window = body.options?.num_ctx ?? 0;
      expect(window).toBeGreaterThanOrEqual(windows[goal as keyof typeof windows]);
      expect(promptTokens(body) + (body.options?.num_predict ?? 0)).toBeLessThanOrEqual(window);
    }
    // Shares: until the first is done, nobody is more than two requests ahead of another.
    const counts = { A: 0, B: 0, C: 0, D: 0 };
    for (const { goal } of seen) {
      counts[goal as keyof typeof counts] += 1;
      const values = Object.values(counts);
      if (Math.max(...values) < steps.length) {
        expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(2);
      }
    }

    for (const record of records) {
      const { id, settings, usage } = record.task();
      const events = workspace.events(id);
      const asked = ofType(events, 'model-asked');
      expect(asked).toHaveLength(steps.length);
      for (const { data } of asked) {
        const artifact = readFileSync(join(workspace.root, 'tasks', id, 'artifacts', data.request.sha256), 'utf8');
        expect(JSON.parse(artifact).contextTokens).toBe(settings.contextTokens);
        expect(data.contextTokens).toBeGreaterThanOrEqual(settings.contextTokens);
      }
      const sent = seen.filter(({ goal }) => record.task().goal.startsWith(`Goal ${goal}`));
      expect(asked.map(({ data }) => data.contextTokens)).toEqual(sent.map(({ body }) => body.options?.num_ctx));
      // What a task waited for the others is not its own time.
      const held = events.reduce(
        (sum, event, at) =>
          sum +
          (events[at - 1]?.type === 'model-delayed' ? Date.parse(event.ts) - Date.parse(events[at - 1]?.ts ?? '') : 0),
        0,
      );
      const all = Date.parse(events.at(-1)?.ts ?? '') - Date.parse(events[0]?.ts ?? '');
      expect(usage.seconds).toBeLessThanOrEqual((all - held) / 1_000 + 0.001);
    }
    const waits = records.flatMap((record) => ofType(workspace.events(record.task().id), 'model-delayed'));
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.every(({ data }) => /^Waiting for the model(: [123] tasks? before it)?$/.test(data.message))).toBe(
      true,
    );
  }, 60_000);

  test('keep it busy with one model before it has to load another', async () => {
    const { desk, delegate } = await host({ models: [{ name: 'scripted:latest' }, { name: 'other:latest' }] });
    const records = await Promise.all([
      delegate('Goal A: mend the sum'),
      delegate('Goal B: mend the sum'),
      workspace.create(desk, {
        goal: 'Goal C: mend the sum',
        model: { driver: 'ollama', name: 'other' },
        replay: false,
        settings: { contextTokens: 16_384, requireGvisor: false, ollamaHost: fake.url },
      }),
    ]);
    await Promise.all(records.map((record) => reached(record, 'ready')));
    const models = chats().map(({ body }) => body.model);
    const switches = models.filter((model, at) => at > 0 && model !== models[at - 1]).length;
    // Turn by turn there would be one switch for almost every request of the third task and one back.
    expect(switches).toBeLessThanOrEqual(5);
    expect(fake.mostChats).toBe(1);
    await idle(desk);
  }, 60_000);
});

test('a person who tries a model out goes before tasks, with all questions in one turn', async () => {
  const { desk, delegate, models } = await host({
    script: steps.map((turn) => ({ ...turn, delayMs: 400 })),
  });
  const first = await delegate('Goal A: mend the sum');
  await vi.waitFor(() => expect(chats()).toHaveLength(1), { timeout: 10_000 });
  const second = await delegate('Goal B: mend the sum');
  await delay(100);
  const signal = new AbortController().signal;
  const tried = await models.probe('ollama:scripted', { ollamaHost: fake.url }, { signal, report: () => undefined });
  expect(tried).toMatchObject({ ok: true });
  await Promise.all([reached(first, 'ready'), reached(second, 'ready')]);
  expect(
    chats()
      .map(({ goal }) => goal)
      .join(''),
    // One turn of a task may have begun before the person's wish was there.
  ).toMatch(/^A[AB]?\?{2,5}[AB]/);
  expect(fake.mostChats).toBe(1);
  expect(fake.loads).toHaveLength(1);
  await idle(desk);
}, 60_000);

describe('a task that is cancelled', () => {
  test('while it waits for its turn has sent nothing, and lets those behind it go on', async () => {
    const { desk, delegate } = await host({ script: steps.map((turn) => ({ ...turn, delayMs: 1_000 })) });
    const first = await delegate('Goal A: mend the sum');
    await vi.waitFor(() => expect(chats()).toHaveLength(1), { timeout: 10_000 });
    const second = await delegate('Goal B: mend the sum');
    await vi.waitFor(() => expect(second.task().activity).toBe('Waiting for the model: 1 task before it'), {
      timeout: 10_000,
    });
    expect(second.task().held).toBe(true);
    const at = performance.now();
    await desk.cancel(second);
    await reached(second, 'cancelled');
    expect(performance.now() - at).toBeLessThan(900);
    await reached(first, 'ready');
    expect(new Set(chats().map(({ goal }) => goal))).toEqual(new Set(['A']));
    await idle(desk);
  }, 60_000);

  test('while the server answers closes its connection within 200 ms, and the next one is served', async () => {
    const { desk, delegate } = await host({
      script: (body) => {
        const turn = steps[body.messages.filter(({ role }) => role === 'assistant').length] ?? {};
        return JSON.stringify(body).includes('Goal A') ? { ...turn, delayMs: 600_000 } : turn;
      },
    });
    const first = await delegate('Goal A: mend the sum');
    await vi.waitFor(() => expect(chats()).toHaveLength(1), { timeout: 10_000 });
    const second = await delegate('Goal B: mend the sum');
    await delay(300);
    expect(chats()).toHaveLength(1);
    const at = performance.now();
    await desk.cancel(first);
    await reached(second, 'ready');
    const closed = fake.closed.find(({ complete }) => !complete);
    expect((closed?.at ?? Infinity) - at).toBeLessThan(200);
    expect(first.task().state).toBe('cancelled');
    expect(fake.mostChats).toBe(1);
    await idle(desk);
  }, 60_000);
});
