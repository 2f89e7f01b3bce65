import { describe, expect, test } from 'vitest';
import type { LanguageModel } from '../../src/core/models/languageModel.ts';
import { resumeTask } from '../../src/core/supervisor/resumeTask.ts';
import { runTask } from '../../src/core/supervisor/taskPipeline.ts';
import { foldTrace } from '../../src/core/tasks/taskReducer.ts';
import { functionModel, type Said } from '../fakes/functionModel.ts';
import { type ModelPlay, type Played, playPipeline, transcript } from './playPipeline.ts';

const call = (name: string, args: Record<string, unknown>): Said => ({ calls: [{ name, arguments: args }] });
const read = call('read_file', { path: 'src/sum.js' });
const edit = call('edit_file', { path: 'src/sum.js', oldText: 'a - b', newText: 'a + b' });
const finish = call('finish', { summary: 'add now adds.' });
const write = (content: string): Said => call('write_file', { path: 'src/sum.js', content });
const search = (count: number): Said => call('search_text', { pattern: `word ${count}` });

/** A model that says these one after the other, the last one for ever, whatever became of its earlier answers. */
const saying = (...answers: readonly Said[]) =>
  functionModel((_request, count) => answers[Math.min(count, answers.length - 1)] ?? {});

function guards({ trace }: Played): string[] {
  return trace.events.flatMap((event) =>
    event.type === 'notice-given' || event.type === 'guard-tripped' ? [`${event.type} ${event.data.guard}`] : [],
  );
}

async function goOn({ trace, ports }: Played, wish: Parameters<typeof resumeTask>[1] = {}) {
  const resumed = await resumeTask(trace, wish);
  if (resumed.ok) {
    await runTask({ ports, trace, signal: new AbortController().signal });
  }
  return resumed;
}

describe('an agent that goes in circles', () => {
  test('is told once and then stopped, and its trace is the one on record', async () => {
    const played = await playPipeline({ model: saying(read) });
    expect(played.trace.task()).toMatchObject({ state: 'failed', reason: { code: 'stuck' }, usage: { steps: 4 } });
    expect(played.trace.task().reason?.message).toContain('nightshift resume task-golden --note TEXT');
    expect(guards(played)).toEqual(['notice-given same-call', 'guard-tripped same-call']);
    expect(played.engine.boxes.every(({ box }) => box.destroyed)).toBe(true);
    await expect(transcript(played.trace.events)).toMatchFileSnapshot('traces/stuck.txt');
  });

  test('changes a file to and fro', async () => {
    const turns = [0, 1, 2, 3].map((n) => write(`export const add = ${n % 2};\n`));
    const played = await playPipeline({ model: saying(...turns) });
    expect(guards(played)).toEqual(['notice-given content-returns', 'guard-tripped content-returns']);
    expect(played.trace.task().usage.steps).toBe(4);
  });

  test('reads what is not there, each time something else', async () => {
    const played = await playPipeline({ model: functionModel((_request, count) => search(count)) });
    expect(guards(played)).toEqual(['notice-given no-progress', 'guard-tripped no-progress']);
    expect(played.trace.task().usage.steps).toBe(17);
  });

  test('runs tests that hang', async () => {
    const model = functionModel((_request, count) =>
      count % 2 === 0 ? call('run_tests', {}) : write(`export const add = ${count};\n`),
    );
    const played = await playPipeline({
      model,
      command: () => ({ exitCode: null, timedOut: true, milliseconds: 120_000 }),
    });
    expect(played.trace.task()).toMatchObject({ state: 'failed', reason: { code: 'command-timeouts' } });
    expect(played.trace.events.filter((event) => event.type === 'tool-closed')).toHaveLength(1);
  });
});

describe('an answer that is none', () => {
  const again = 'I should look at the file again to see what is wrong with it. '.repeat(40);

  test('because it repeats itself is broken off and asked for once more, with more variety', async () => {
    const model = saying({ text: again }, edit, finish);
    const { trace } = await playPipeline({ model });
    expect(trace.task().state).toBe('ready');
    expect(model.requests.map(({ temperature }) => temperature)).toEqual([0.1, 0.1 + 0.2, 0.1]);
    const failed = trace.events.find((event) => event.type === 'model-failed');
    expect(failed?.data).toMatchObject({ reason: { code: 'runaway' } });
    // Broken off long before its end, and what came of it is counted.
    expect(failed?.data.outputTokens).toBeGreaterThan(100);
    expect(failed?.data.outputTokens).toBeLessThan(400);
    expect(trace.task().usage.steps).toBe(2);
  });

  test.each([{ text: again }, { thinking: again }])('twice in a row ends the task', async (said) => {
    const { trace } = await playPipeline({ model: saying(said) });
    expect(trace.task()).toMatchObject({ state: 'failed', reason: { code: 'runaway' }, usage: { steps: 0 } });
  });

  test('because it is empty is asked for again twice, with another seed, and leaves nothing in the history', async () => {
    const model = saying({}, { thinking: 'Hm.' }, edit, finish);
    const { trace } = await playPipeline({ model });
    expect(trace.task()).toMatchObject({ state: 'ready', usage: { steps: 4 } });
    expect(model.requests.map(({ seed }) => seed)).toEqual([1, 2, 3, 1]);
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([2, 2, 2, 5]);
    const lasting = await playPipeline({ model: saying({}) });
    expect(lasting.trace.task()).toMatchObject({ state: 'failed', reason: { code: 'no-answer' }, usage: { steps: 3 } });
  });

  test('with arguments nested deeper than can be written down is refused like any malformed call', async () => {
    const nested: unknown = JSON.parse('{"a":'.repeat(20_000) + '1' + '}'.repeat(20_000));
    const { trace } = await playPipeline({ model: saying({ calls: [{ name: 'read_file', arguments: nested }] }) });
    expect(trace.task()).toMatchObject({ state: 'failed', reason: { code: 'repeated-format-error' } });
  });

  test('because the time of the task is over is not waited for', async () => {
    const hanging: LanguageModel = {
      ...saying({}),
      chat: (_request, { signal }) =>
        new Promise((resolve) => {
          const error = { reason: 'aborted', message: 'Cancelled.' } as const;
          signal.addEventListener('abort', () => resolve({ ok: false, error }));
        }),
    };
    const { trace } = await playPipeline({ model: hanging, limits: { seconds: 4 } });
    expect(trace.task()).toMatchObject({ state: 'failed', reason: { code: 'time-limit' }, usage: { steps: 0 } });
    expect(trace.events.some((event) => event.type === 'model-failed')).toBe(true);
  });

  test('costs tokens that the budget counts: no call is made that could pass it', async () => {
    const model = saying({ text: again });
    const { trace } = await playPipeline({ model, limits: { newTokens: 4_000, runaways: 1_000 } });
    const task = trace.task();
    expect(task).toMatchObject({ state: 'failed', reason: { code: 'budget-exhausted' } });
    expect(task.usage.newTokens).toBeGreaterThan(0);
    expect(task.usage.newTokens).toBeLessThanOrEqual(4_000);
  });
});

describe('a host that is killed at any event', () => {
  async function atEachEvent(play: () => ModelPlay, judge: (played: Played, killAfter: number) => void): Promise<void> {
    const last = (await playPipeline(play())).trace.events.length;
    for (let killAfter = 2; killAfter <= last; killAfter += 1) {
      const played = await playPipeline({ ...play(), killAfter });
      expect(foldTrace(played.trace.events)).toEqual(played.trace.task());
      judge(played, killAfter);
    }
  }

  test('counts on where it was: the same call is stuck the fourth time that it answered, whichever host made it', async () => {
    await atEachEvent(
      () => ({ model: saying(read) }),
      ({ trace }, killAfter) => {
        expect(trace.task(), `killed after ${killAfter}`).toMatchObject({ state: 'failed', reason: { code: 'stuck' } });
        const answered = trace.events.filter((event) => event.type === 'tool-returned').length;
        // The first call of a run that goes on where one was killed after a single call is that call, asked for again.
        expect([4, 5], `killed after ${killAfter}`).toContain(answered);
      },
    );
  });

  test('counts malformed calls on: killed at two of three, the third ends the task', async () => {
    await atEachEvent(
      () => ({ model: saying(call('launch_rocket', { to: 'moon' })) }),
      ({ trace }, killAfter) => {
        const { reason } = trace.task();
        expect(reason?.code, `killed after ${killAfter}`).toBe('repeated-format-error');
        expect(trace.events.filter((event) => event.type === 'call-refused')).toHaveLength(3);
      },
    );
  });

  test('never takes what a stopped run left for finished work', async () => {
    await atEachEvent(
      () => ({ model: functionModel((_request, count) => (count === 0 ? edit : search(count))), limits: { steps: 2 } }),
      ({ trace }, killAfter) => {
        expect(trace.task(), `killed after ${killAfter}`).toMatchObject({
          state: 'failed',
          reason: { code: 'step-limit' },
        });
        expect(trace.events.some((event) => event.type === 'proof-started')).toBe(false);
      },
    );
  });
});

describe('a task that a limit stopped', () => {
  test('goes on from its checkpoint when the user raises the limit, with what the user says and what it had spent', async () => {
    const model = functionModel((_request, count) => [edit, search(1), finish][count] ?? finish);
    const played = await playPipeline({ model, limits: { steps: 2 } });
    const { trace } = played;
    expect(trace.task()).toMatchObject({ state: 'failed', reason: { code: 'step-limit' }, unfinished: true });
    expect(await goOn(played)).toMatchObject({ ok: false, error: { reason: 'limit-reached' } });
    expect(trace.task().state).toBe('failed');
    expect(await goOn(played, { limits: { steps: 5 }, note: 'It is nearly done.' })).toEqual({
      ok: true,
      value: undefined,
    });
    const task = trace.task();
    expect(task).toMatchObject({
      state: 'ready',
      proof: { verdict: 'green' },
      usage: { steps: 3 },
      limits: { steps: 5 },
    });
    expect(task.unfinished).toBe(false);
    const [first, second] = trace.events.filter((event) => event.type === 'run-started');
    expect(second?.data.tree).not.toBe(first?.data.tree);
    expect(model.requests.at(-1)?.messages[1]?.content).toContain('It is nearly done.');
    const extended = trace.events.find((event) => event.type === 'limits-extended');
    expect(extended).toMatchObject({ actor: 'user', data: { steps: 5 } });
  });

  test('is stopped again by the same detector, from the beginning of its count', async () => {
    const played = await playPipeline({ model: saying(read) });
    expect(await goOn(played, { note: 'Try again.' })).toEqual({ ok: true, value: undefined });
    expect(played.trace.task()).toMatchObject({ state: 'failed', reason: { code: 'stuck' }, usage: { steps: 8 } });
  });

  test('that failed before its snapshot takes it then', async () => {
    const model = saying(edit, finish);
    const stopped = new AbortController();
    const played = await playPipeline({ model, lives: [], engineDown: [] });
    const { trace, ports, store } = played;
    const snapshot = store.snapshot.bind(store);
    store.snapshot = async () => ({ ok: false, error: { reason: 'git-failed', message: 'The disk was full.' } });
    await runTask({ ports, trace, signal: stopped.signal });
    expect(trace.task()).toMatchObject({ state: 'failed', reason: { code: 'git-failed' } });
    store.snapshot = snapshot;
    expect(await goOn(played)).toEqual({ ok: true, value: undefined });
    expect(trace.task()).toMatchObject({ state: 'ready', proof: { verdict: 'green' } });
  });
});
