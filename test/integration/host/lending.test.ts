import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import type { TraceEntry } from '../../../src/core/trace/traceEvent.ts';
import type { TaskDesk } from '../../../src/host/taskDesk.ts';
import { createWindowModel } from '../../../src/node/models/vscode/windowModel.ts';
import { type MemoryModels, say, type SentPart, type SentRequest } from '../../fakes/editor/memoryModels.ts';
import { type FakeWindow, WindowHarness } from '../models/windowHarness.ts';
import { idle, reached, until, Workspace } from './deskHarness.ts';

let workspace: Workspace;
let host: WindowHarness;

beforeEach(async () => {
  workspace = new Workspace();
  host = new WindowHarness();
  await host.serve();
  // As an agent host wires it: tasks wait for real, a thousand times shorter.
  workspace.sleep = (milliseconds, signal) => delay(milliseconds / 1_000, undefined, { signal }).catch(() => undefined);
  workspace.missingModel = ({ name }) => host.lent.missing(name);
  workspace.createModel = () => ok(createWindowModel('acme/one', host.lent));
});

afterEach(async () => {
  await host.close();
  workspace.remove();
});

function openDesk(): TaskDesk {
  const { desk } = workspace.desk();
  host.lent.onDidChange(() => desk.wake());
  return desk;
}

/** The task of the harness, on a model of the editor. */
async function delegate(desk: TaskDesk) {
  const { creation } = workspace;
  workspace.creation = (task): TraceEntry & { readonly type: 'task-created' } => {
    const created = creation(task);
    return { ...created, data: { ...created.data, model: { driver: 'vscode', name: 'acme/one' }, replay: false } };
  };
  return workspace.create(desk);
}

/** Writes the fix, then finishes. */
function fixes(models: MemoryModels): void {
  models.answer = (request) => fix(request);
}

function fix({ messages }: SentRequest): AsyncIterable<SentPart> {
  const due = messages.filter(({ role }) => role === 'assistant').length;
  const content = 'export const add = (a, b) => a + b;\n';
  return due === 0
    ? say({ type: 'call', id: 'a', name: 'write_file', input: { path: 'src/sum.js', content } })()
    : say({ type: 'call', id: 'b', name: 'finish', input: { summary: 'It adds.' } })();
}

/** Says something and then nothing more, until the request is cancelled. */
async function* hang({ signal }: SentRequest): AsyncGenerator<SentPart> {
  yield { type: 'text', text: 'Let me think. ' };
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

const types = (id: string): string[] => workspace.events(id).map(({ type }) => type);
const awaited = (id: string): string[] =>
  workspace.events(id).flatMap((event) => (event.type === 'model-awaited' ? [event.data.need] : []));

describe('a task on a model of the editor', () => {
  test('without a window waits, holds no box and no turn, says so, and goes on by itself when one comes', async () => {
    const desk = openDesk();
    const record = await delegate(desk);
    await reached(record, 'waiting');
    await idle(desk);
    const message = 'Waiting for a VS Code window that lends acme/one: open one and allow it.';
    expect(record.task()).toMatchObject({
      activity: `waiting: ${message}`,
      reason: { code: 'model-window-needed', message },
      awaited: { model: 'vscode:acme/one', need: 'window' },
      runs: 0,
      usage: { steps: 0 },
    });
    expect(workspace.engine.boxes).toHaveLength(0);
    const { models } = await host.window();
    fixes(models);
    await reached(record, 'ready');
    expect(record.task()).toMatchObject({ proof: { verdict: 'green' }, usage: { steps: 2 } });
    expect(record.task().awaited).toBeUndefined();
    expect(awaited(record.id)).toEqual(['window']);
    await desk.stop();
  });

  test('without its user’s word waits at once, and asks the window for nothing; given, it goes on', async () => {
    const desk = openDesk();
    const window = await host.window({ allowed: false });
    fixes(window.models);
    // What a creation does first: it finds out whether the model is there.
    await host.lent.find('acme/one', new AbortController().signal);
    const record = await delegate(desk);
    await reached(record, 'waiting');
    expect(record.task().reason?.message).toContain('run "Nightshift: Allow Language Model…"');
    expect(window.models.requests).toHaveLength(0);
    await window.consent.set({ vendor: 'acme', id: 'one-2026' }, true);
    await reached(record, 'ready');
    expect(awaited(record.id)).toEqual(['consent']);
    await desk.stop();
  });

  test('that waits for a window says anew what is lacking when one comes that may not be asked', async () => {
    const desk = openDesk();
    const record = await delegate(desk);
    await reached(record, 'waiting');
    await host.window({ allowed: false });
    await until(() => record.task().awaited?.need === 'consent', 'the word is asked for');
    expect(record.task()).toMatchObject({
      state: 'waiting',
      activity: expect.stringContaining('Waiting for your word on acme/one'),
      reason: { code: 'model-window-needed', message: expect.stringContaining('Allow Language Model') },
    });
    expect(awaited(record.id)).toEqual(['window', 'consent']);
    await desk.stop();
  });

  test('in a folder that is not trusted is lent nothing, until it is', async () => {
    const desk = openDesk();
    const window = await host.window({ trusted: false });
    fixes(window.models);
    const record = await delegate(desk);
    await reached(record, 'waiting');
    expect(window.models.selections).toBe(0);
    window.trust.granted = true;
    window.trust.changed.fire();
    await reached(record, 'ready');
    await desk.stop();
  });

  test('whose window closes in the middle of an answer goes on in another one, in the same run', async () => {
    const desk = openDesk();
    const first = await host.window();
    first.models.answer = hang;
    const record = await delegate(desk);
    await until(() => first.models.requests.length === 1, 'the first window is asked');
    const second = await host.window();
    fixes(second.models);
    first.close();
    await reached(record, 'ready');
    expect(first.models.requests[0]?.signal.aborted).toBe(true);
    const failed = workspace.events(record.id).flatMap((event) => (event.type === 'model-failed' ? [event.data] : []));
    expect(failed).toMatchObject([{ reason: { code: 'interrupted' } }]);
    expect(types(record.id).filter((type) => type === 'run-started')).toHaveLength(1);
    await desk.stop();
  });

  test('whose only window closes is held in its run until one is back; that time counts against nothing', async () => {
    workspace.sleep = (milliseconds, signal) =>
      delay(milliseconds > 60_000 ? milliseconds : 1, undefined, { signal }).catch(() => undefined);
    const desk = openDesk();
    const first = await host.window();
    first.models.answer = hang;
    const record = await delegate(desk);
    await until(() => first.models.requests.length === 1, 'the window is asked');
    first.close();
    await until(() => record.task().held, 'the task is held');
    expect(record.task()).toMatchObject({
      state: 'working',
      activity: expect.stringContaining('open one and allow it'),
    });
    await delay(1_200);
    const before = record.task().usage.seconds;
    fixes((await host.window()).models);
    await reached(record, 'ready');
    expect(record.task().usage.seconds - before).toBeLessThan(1.2);
    expect(types(record.id).filter((type) => type === 'run-started')).toHaveLength(1);
    await desk.stop();
  });

  test('whose user takes the word back in the middle of a run waits for it', async () => {
    const desk = openDesk();
    const window = await host.window();
    window.models.answer = async function* (request) {
      await window.consent.set({ vendor: 'acme', id: 'one-2026' }, false);
      yield* fix(request);
    };
    const record = await delegate(desk);
    await reached(record, 'waiting');
    // What the window lends now is told by itself, and may come a moment after the refusal.
    await until(() => record.task().awaited?.need === 'consent', 'the word is asked for');
    expect(record.task().awaited).toEqual({ model: 'vscode:acme/one', need: 'consent' });
    expect(window.models.requests).toHaveLength(1);
    fixes(window.models);
    await window.consent.set({ vendor: 'acme', id: 'one-2026' }, true);
    await reached(record, 'ready');
    await desk.stop();
  });

  test('is cancelled while it waits, and when a window comes it stays so', async () => {
    const desk = openDesk();
    const record = await delegate(desk);
    await reached(record, 'waiting');
    expect(await desk.cancel(record)).toEqual({ ok: true, value: undefined });
    expect(record.task().state).toBe('cancelled');
    const window = await host.window();
    await host.lent.find('acme/one', new AbortController().signal);
    expect(window.models.requests).toHaveLength(0);
    expect(record.task().state).toBe('cancelled');
    await desk.stop();
  });

  test('cancelled while the window answers, ends there within 200 ms', async () => {
    const desk = openDesk();
    const window = await host.window();
    window.models.answer = hang;
    const record = await delegate(desk);
    await until(() => window.models.requests.length === 1, 'the window is asked');
    const started = performance.now();
    await desk.cancel(record);
    await until(() => window.models.requests[0]?.signal.aborted === true, 'the request is cancelled there');
    expect(performance.now() - started).toBeLessThan(200);
    await reached(record, 'cancelled');
    await desk.stop();
  });

  test('waits through a restart of the host', async () => {
    const before = openDesk();
    const record = await delegate(before);
    await reached(record, 'waiting');
    await before.stop();
    const after = openDesk();
    await after.load();
    const found = after.find(record.id);
    expect(found).toMatchObject({ ok: true });
    if (found.ok) {
      expect(found.value.task()).toMatchObject({ state: 'waiting', awaited: { need: 'window' } });
      after.wake();
      fixes((await host.window()).models);
      await reached(found.value, 'ready');
    }
    await after.stop();
  });

  test('killed while it is held in a run goes on with the next host', async () => {
    workspace.sleep = (_milliseconds, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const before = openDesk();
    const record = await delegate(before);
    await until(() => record.task().held, 'the task is held');
    await before.stop();
    expect(record.task().state).toBe('working');
    const after = openDesk();
    await after.load();
    fixes((await host.window()).models);
    const found = after.find(record.id);
    expect(found.ok).toBe(true);
    if (found.ok) {
      await reached(found.value, 'ready');
    }
    await after.stop();
  });
});

describe('windows that lend', () => {
  test('are looked at again while a task waits, as the editor does not tell when a provider comes', async () => {
    const desk = openDesk();
    const window = await host.window();
    fixes(window.models);
    window.models.hide(true);
    const record = await delegate(desk);
    await reached(record, 'waiting');
    window.models.hide(false);
    await reached(record, 'ready');
    expect(window.models.requests.length).toBe(2);
    await desk.stop();
  });

  test('whose provider goes in silence leave the task waiting for a window, not failed', async () => {
    const desk = openDesk();
    const window = await host.window();
    await host.lent.find('acme/one', new AbortController().signal);
    window.models.hide(true);
    const record = await delegate(desk);
    await reached(record, 'waiting');
    expect(record.task().awaited).toEqual({ model: 'vscode:acme/one', need: 'window' });
    await desk.stop();
  });

  test('are not asked what they have before somebody wants such a model', async () => {
    const window: FakeWindow = await host.window();
    await delay(50);
    expect(window.models.selections).toBe(0);
    expect(await host.lent.find('acme/one', new AbortController().signal)).toMatchObject({ ok: true });
    expect(window.models.selections).toBe(1);
  });
});
