import { afterEach, beforeEach, expect, test } from 'vitest';
import { ok } from '../../../src/base/result.ts';
import { functionModel } from '../../fakes/functionModel.ts';
import { idle, reached, until, Workspace } from './deskHarness.ts';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
});

afterEach(() => workspace.remove());

const written = {
  name: 'write_file',
  arguments: { path: 'src/sum.js', content: 'export const add = (a, b) => a + b;\n' },
};

test('taking a task over stops its agent first, and the agent can go on later', async () => {
  let asked = 0;
  let holds = true;
  const model = functionModel((_, count) => ({
    calls: [count === 0 ? written : { name: 'finish', arguments: { summary: 'It adds.' } }],
  }));
  workspace.createModel = () =>
    ok({
      ...model,
      chat: async (request, options) => {
        asked += 1;
        if (asked > 1 && holds) {
          await new Promise((resolve) => options.signal.addEventListener('abort', resolve));
        }
        return model.chat(request, options);
      },
    });
  const { desk } = workspace.desk();
  const record = await workspace.create(desk);
  await until(() => asked === 2, 'the agent is at its second step');
  expect(record.task().state).toBe('working');
  // The trees of these tests have no commit under them: what a worktree then holds is tested with real ones.
  expect(await desk.takeOver(record, {})).toMatchObject({ ok: false, error: { reason: 'no-commit' } });
  expect(record.task()).toMatchObject({ state: 'paused', interrupted: 'working' });
  expect(workspace.opened).toEqual([]);
  holds = false;
  expect(await desk.resume(record, {})).toMatchObject({ ok: true });
  await reached(record, 'ready');
  await idle(desk);
  await desk.stop();
});

test('a task that was discarded cannot be taken over', async () => {
  const { desk, record } = await workspace.ready();
  await desk.discard(record);
  const taken = await desk.takeOver(record, {});
  expect(taken).toMatchObject({
    ok: false,
    error: {
      reason: 'not-allowed',
      message: 'A task that is discarded cannot be taken over: nothing of it is left to go on with.',
    },
  });
  await desk.stop();
});
