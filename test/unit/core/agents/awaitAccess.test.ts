import { describe, expect, test } from 'vitest';
import { Emitter } from '../../../../src/base/event.ts';
import { awaitAccess } from '../../../../src/core/agents/awaitAccess.ts';
import type { LanguageModel } from '../../../../src/core/models/languageModel.ts';
import type { MissingAccess } from '../../../../src/core/models/modelAccess.ts';
import type { TaskTrace } from '../../../../src/core/tasks/taskTrace.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { functionModel } from '../../../fakes/functionModel.ts';
import { created, entry, placed } from '../../../fakes/traceEvents.ts';
import { foldTask, foldTrace } from '../../../../src/core/tasks/taskReducer.ts';
import { move } from '../../../fakes/traceEvents.ts';

const window: MissingAccess = { need: 'window', message: 'Waiting for a window.' };
const consent: MissingAccess = { need: 'consent', message: 'Waiting for your word.' };

function waitingFor(first: MissingAccess | undefined) {
  const changed = new Emitter<void>();
  let missing = first;
  let late: () => void = () => undefined;
  const recorded: TraceEntry[] = [];
  const controller = new AbortController();
  const model: LanguageModel = {
    ...functionModel(() => ({})),
    access: { missing: () => missing, onDidChange: changed.event },
  };
  const trace: Pick<TaskTrace, 'record'> = {
    record: async (given) => {
      const task = foldTask(undefined, placed(created(), 0));
      recorded.push(typeof given === 'function' ? given(task) : given);
      return task;
    },
  };
  const sleep = (_milliseconds: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      late = resolve;
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  return {
    recorded,
    wait: () => awaitAccess({ model, trace, sleep, signal: controller.signal }, 1_000),
    become: (next: MissingAccess | undefined) => {
      missing = next;
      changed.fire();
    },
    expire: () => late(),
    abort: () => controller.abort(),
  };
}

describe('a model that cannot be asked now', () => {
  test('costs nothing when it can', async () => {
    const waiting = waitingFor(undefined);
    expect(await waiting.wait()).toEqual({ ok: true, value: undefined });
    expect(waiting.recorded).toEqual([]);
  });

  test('is waited for while its window is away, and said once', async () => {
    const waiting = waitingFor(window);
    const ended = waiting.wait();
    setTimeout(() => waiting.become(window), 1);
    setTimeout(() => waiting.become(undefined), 2);
    expect(await ended).toEqual({ ok: true, value: undefined });
    expect(waiting.recorded).toEqual([
      { type: 'model-awaited', actor: 'host', data: { model: 'replay:function', ...window } },
    ]);
  });

  test('is not waited for within a run when a person has to act', async () => {
    const waiting = waitingFor(window);
    const ended = waiting.wait();
    setTimeout(() => waiting.become(consent), 1);
    expect(await ended).toEqual({ ok: false, error: { reason: 'model-window-needed', message: consent.message } });
    expect(waiting.recorded.map(({ data }) => data)).toMatchObject([window, consent]);
  });

  test('is given up after the time for it, and at once by an abort, which is no failure', async () => {
    const waiting = waitingFor(window);
    const ended = waiting.wait();
    setTimeout(() => waiting.expire(), 1);
    expect(await ended).toMatchObject({ ok: false, error: { reason: 'model-window-needed', message: window.message } });
    const other = waitingFor(window);
    const aborted = other.wait();
    setTimeout(() => other.abort(), 1);
    expect(await aborted).toMatchObject({ ok: true });
  });
});

describe('the fold of such a wait', () => {
  const awaited = (need: MissingAccess['need']) =>
    entry('model-awaited', { model: 'vscode:acme/one', need, message: `It waits for the ${need}.` });
  const asked = entry('model-asked', {
    run: 'run-1',
    step: 1,
    request: { sha256: 'a'.repeat(64), bytes: 1 },
    estimatedTokens: 1,
    contextTokens: 1,
  });
  const working = [placed(created(), 0, 0), placed(move('prepare'), 0, 1), placed(move('work'), 0, 2)];

  test('counts nothing, shows what is waited for, and ends with the question', () => {
    const held = [...working, placed(awaited('window'), 5, 3)];
    expect(foldTrace(held)).toMatchObject({
      state: 'working',
      held: true,
      activity: 'It waits for the window.',
      awaited: { model: 'vscode:acme/one', need: 'window' },
      usage: { seconds: 5 },
    });
    const task = foldTrace([...held, placed(asked, 3_600, 4)]);
    expect(task).toMatchObject({ held: false, usage: { seconds: 5 } });
    expect(task?.awaited).toBeUndefined();
  });

  test('of a task at rest changes why it waits, and a resume ends it', () => {
    const reason = { code: 'model-window-needed', message: 'It waits for the window.' };
    const atRest = [
      ...working,
      placed(awaited('window'), 5, 3),
      placed(entry('task-moved', { move: 'wait', from: 'working', to: 'waiting', reason }), 6, 4),
    ];
    const lacking = foldTrace([...atRest, placed(awaited('consent'), 7, 5)]);
    expect(lacking).toMatchObject({
      state: 'waiting',
      activity: 'waiting: It waits for the consent.',
      reason: { code: 'model-window-needed', message: 'It waits for the consent.' },
      awaited: { need: 'consent' },
    });
    const resumed = foldTrace([
      ...atRest,
      placed(entry('task-moved', { move: 'resume', from: 'waiting', to: 'working' }), 8, 5),
    ]);
    expect(resumed).toMatchObject({ state: 'working' });
    expect(resumed?.awaited).toBeUndefined();
  });
});
