import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry, move } from '../../fakes/traceEvents.ts';
import { idle, reached, Workspace } from './deskHarness.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.remove());

const types = (id: string): string[] =>
  workspace.events(id).map((event) => event.type + (event.type === 'task-moved' ? `:${event.data.move}` : ''));

/** A task all of whose boxes died. */
async function failedTask() {
  const host = workspace.desk();
  workspace.engine.onStart = (box) => box.die('Killed by a test.');
  const record = await workspace.create(host.desk);
  await reached(record, 'failed');
  await idle(host.desk);
  workspace.engine.onStart = () => undefined;
  return { ...host, record, id: record.id };
}

describe('a task that failed', () => {
  test('goes on when the user resumes it, to its end, in the same trace', async () => {
    const { desk, record, id } = await failedTask();
    expect(await desk.resume(record, { note: 'The box is mended.' })).toEqual({ ok: true, value: undefined });
    await reached(record, 'ready');
    await idle(desk);
    expect(types(id)).toContain('task-moved:resume');
    expect(record.task()).toMatchObject({ proof: { verdict: 'green' }, notes: ['The box is mended.'] });
    await desk.stop();
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });

  test('can also be resumed in another life of the host, with limits that then hold in the next one too', async () => {
    const { desk, id } = await failedTask();
    await desk.stop();
    const second = workspace.desk();
    await second.desk.load();
    const found = second.desk.find(id);
    if (!found.ok) throw new Error(found.error.message);
    expect(found.value.task().state).toBe('failed');
    expect(await second.desk.resume(found.value, { limits: { steps: 99 } })).toEqual({ ok: true, value: undefined });
    await reached(found.value, 'ready');
    await second.desk.stop();
    const third = workspace.desk();
    await third.desk.load();
    expect(third.desk.find(id)).toMatchObject({ ok: true });
    expect(third.feed.state().tasks[0]).toMatchObject({ state: 'ready', limits: { steps: 99 } });
    await third.desk.stop();
  });

  test('is worked on even when it is resumed in the moment in which its work ends', async () => {
    const host = workspace.desk();
    workspace.engine.onStart = (box) => box.die('Killed by a test.');
    const record = await workspace.create(host.desk);
    const resumed = new Promise<unknown>((resolve) => {
      const watching = host.feed.onDidChange((delta) => {
        if (delta.kind === 'task' && delta.task.state === 'failed') {
          watching.dispose();
          workspace.engine.onStart = () => undefined;
          resolve(host.desk.resume(record, {}));
        }
      });
    });
    expect(await resumed).toEqual({ ok: true, value: undefined });
    await reached(record, 'ready');
    await host.desk.stop();
  });

  test('keeps its limits where it cannot go on', async () => {
    const { desk, record } = await workspace.ready();
    expect(await desk.resume(record, { limits: { steps: 99 } })).toMatchObject({
      ok: false,
      error: { reason: 'not-allowed', message: expect.stringContaining('a task that is ready takes no "resume"') },
    });
    expect(record.task().limits.steps).toBe(40);
    await desk.stop();
  });

  test('does not remember a cancel that came too late', async () => {
    const { desk, record } = await failedTask();
    record.controller.abort();
    expect(await desk.resume(record, {})).toEqual({ ok: true, value: undefined });
    await reached(record, 'ready');
    await desk.stop();
  });
});

test.each([
  ['waiting', move('wait', { code: 'question', message: 'Which one?' })],
  ['paused', move('pause')],
] as const)('a task that is %s goes back to where it was when the user resumes it', async (state, last) => {
  await workspace.left('task-1', move('prepare'), last);
  const { desk } = workspace.desk();
  await desk.load();
  const found = desk.find('task-1');
  if (!found.ok) throw new Error(found.error.message);
  expect(found.value.task().state).toBe(state);
  expect(await desk.resume(found.value, {})).toEqual({ ok: true, value: undefined });
  await reached(found.value, 'ready');
  await desk.stop();
});

test('no entry of anyone but the user raises a limit of a task on disk', async () => {
  const forged = entry('limits-extended', { steps: 9_999, newTokens: 9_999_999 }, 'agent');
  await workspace.left('task-1', move('prepare'), forged, move('pause'));
  const { desk, feed } = workspace.desk();
  await desk.load();
  expect(feed.state().tasks[0]?.limits).toEqual({ newTokens: 50_000, steps: 40, seconds: 1_800 });
  await desk.stop();
});
