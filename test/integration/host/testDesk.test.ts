import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestDesk } from '../../../src/host/testDesk.ts';
import { idle, Workspace } from './deskHarness.ts';

const never = new AbortController().signal;
const wish = 'proof-0123456789';

let workspace: Workspace;
let told: string[];

beforeEach(() => {
  workspace = new Workspace();
  told = [];
});

afterEach(() => workspace.remove());

const context = (signal = never) => ({
  signal,
  gone: never,
  report: ({ text }: { readonly text: string }) => void told.push(text),
});

async function readyTask() {
  const host = await workspace.ready();
  return { ...host, tests: new TestDesk(host.desk, workspace.ports(), 'x') };
}

describe('the tests of a task, run again', () => {
  test('run on both sides in new boxes and are recorded beside the proof that the task stands on', async () => {
    const { desk, record, id, tests } = await readyTask();
    const before = record.task();
    const again = await tests.proveAgain(record, wish, context());
    expect(again).toMatchObject({
      ok: true,
      value: {
        again: wish,
        verdict: 'green',
        hash: before.changeset?.hash,
        base: { failed: 1, tests: [{ name: 'adds', status: 'failed' }] },
        patched: { passed: 1, tests: [{ name: 'adds', status: 'passed' }] },
      },
    });
    expect(told).toEqual(['Running the tests without the change', 'Running the tests with the change']);
    expect(record.task()).toMatchObject({ state: 'ready', proof: before.proof, statement: before.statement });
    const own = workspace.events(id).filter(({ type }) => type === 'proof-ended');
    expect(own).toMatchObject([{ data: { hash: before.changeset?.hash } }, { data: { again: wish } }]);
    expect(await tests.proofs(record)).toMatchObject([{ again: wish, seq: own[1]?.seq }, { seq: own[0]?.seq }]);
    await idle(desk);
    await desk.stop();
    expect(await workspace.verify(id)).toMatchObject({ ok: true });
  });

  test('run once for a wish, however often it is told', async () => {
    const { desk, record, id, tests } = await readyTask();
    const answers = await Promise.all([
      tests.proveAgain(record, wish, context()),
      tests.proveAgain(record, wish, context()),
    ]);
    const later = await tests.proveAgain(record, wish, context());
    expect(answers[1]).toEqual(answers[0]);
    expect(later).toEqual(answers[0]);
    expect(workspace.events(id).filter(({ type }) => type === 'proof-ended')).toHaveLength(2);
    await desk.stop();
  });

  test('stand after a restart of the host, and their wish has its proof there', async () => {
    const { desk, record, id, tests } = await readyTask();
    const first = await tests.proveAgain(record, wish, context());
    await desk.stop();
    const later = workspace.desk();
    await later.desk.load();
    const found = later.desk.find(id);
    if (!found.ok) {
      throw new Error(found.error.message);
    }
    const again = new TestDesk(later.desk, workspace.ports(), 'x');
    expect(await again.proveAgain(found.value, wish, context())).toEqual(first);
    expect(found.value.task()).toEqual(record.task());
    await later.desk.stop();
  });

  test('that are cancelled leave no proof and no box, and keep the host no longer', async () => {
    const { desk, record, id, tests } = await readyTask();
    const cancelled = new AbortController();
    const proving = tests.proveAgain(record, wish, {
      ...context(cancelled.signal),
      report: () => cancelled.abort(),
    });
    expect(desk.busy).toBe(true);
    expect(await proving).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    expect(desk.busy).toBe(false);
    expect(workspace.events(id).filter(({ type }) => type === 'proof-ended')).toHaveLength(1);
    const boxes = (type: string) => workspace.events(id).filter((event) => event.type === type).length;
    expect(boxes('sandbox-ended')).toBe(boxes('sandbox-started'));
    await desk.stop();
  });

  test('that end with the host leave the task as it was', async () => {
    const { desk, record, tests } = await readyTask();
    const proving = tests.proveAgain(record, wish, { ...context(), report: () => void desk.stop() });
    expect(await proving).toMatchObject({ ok: false });
    expect(record.task()).toMatchObject({ state: 'ready' });
    expect(record.task().provedAgain).toBeUndefined();
    await desk.stop();
  });

  test('wait while another run of them is under way', async () => {
    const { desk, record, tests } = await readyTask();
    const first = tests.proveAgain(record, wish, context());
    expect(await tests.proveAgain(record, 'proof-abcdefghjk', context())).toMatchObject({
      ok: false,
      error: { reason: 'already-proving' },
    });
    expect(await first).toMatchObject({ ok: true });
    await desk.stop();
  });
});

describe('the tests of a checkout', () => {
  test('run in one box, and no task comes of it', async () => {
    const { desk, tests, feed } = await readyTask();
    const before = feed.state().tasks.length;
    const run = await tests.runTests({ testCommand: ['node', '--test'] }, context());
    expect(run).toMatchObject({
      ok: true,
      value: { runner: 'configured', run: { total: 1, failed: 1, tests: [{ name: 'adds', status: 'failed' }] } },
    });
    expect(told).toEqual(['Copying the workspace', 'Running the tests']);
    expect(feed.state().tasks).toHaveLength(before);
    expect(desk.busy).toBe(false);
    await desk.stop();
  });

  test('can be cancelled', async () => {
    const { desk, tests } = await readyTask();
    const cancelled = new AbortController();
    const report = ({ text }: { readonly text: string }) =>
      text === 'Running the tests' ? cancelled.abort() : undefined;
    const run = await tests.runTests({}, { ...context(cancelled.signal), report });
    expect(run).toMatchObject({ ok: false, error: { reason: 'aborted' } });
    await desk.stop();
  });
});
