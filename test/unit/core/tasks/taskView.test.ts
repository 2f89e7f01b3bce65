import { expect, test } from 'vitest';
import { toTaskView } from '../../../../src/core/tasks/taskView.ts';
import { taskViewSchema } from '../../../../src/protocol/taskView.ts';
import { answer, created, entry, fold, imported, judged, move, proved, voted } from '../../../fakes/traceEvents.ts';

const snapshot = entry('snapshot-taken', {
  tree: 't0',
  head: null,
  branch: null,
  files: 3,
  bytes: 30,
  uncommitted: 1,
  excluded: [{ path: 'big.bin', reason: 'larger than 50 MB' }],
});
const sandbox = entry('sandbox-started', {
  run: 'run-1',
  sandbox: 'box',
  profile: 'locked',
  runtime: 'runsc',
  isolatedKernel: true,
  image: 'image',
  specHash: 'spec',
  startMs: 150,
});

test('the view of a new task passes its schema', () => {
  const view = toTaskView(
    fold(created({ origin: { kind: 'todo', file: 'a.ts', startLine: 3, text: 'x' } })),
    '/trace.jsonl',
  );
  expect(taskViewSchema.parse(view)).toEqual(view);
  expect(view).toMatchObject({
    state: 'queued',
    model: 'replay:script.json',
    replay: true,
    origin: { kind: 'todo', file: 'a.ts', startLine: 3 },
    trace: { path: '/trace.jsonl', events: 1 },
  });
  expect(view.origin).not.toHaveProperty('text');
});

test('the view of a reviewed task shows files with why they are protected and whether they are applied', () => {
  const task = fold(
    created(),
    move('prepare'),
    snapshot,
    sandbox,
    move('work'),
    answer(),
    imported('h1', ['src/sum.js', '.github/workflows/ci.yml']),
    judged('h1', ['.github/workflows/ci.yml']),
    proved('h1'),
    voted('h1'),
    entry('apply-intended', { key: 'k', hash: 'h1', writes: [] }, 'user'),
    entry('apply-ended', { key: 'k', applied: ['src/sum.js'], conflicts: [] }),
  );
  const view = toTaskView(task, '/trace.jsonl');
  expect(taskViewSchema.parse(view)).toEqual(view);
  expect(view.changeset?.files).toMatchObject([
    { path: 'src/sum.js', applied: true },
    { path: '.github/workflows/ci.yml', applied: false, protected: '.github/workflows/ci.yml runs in CI' },
  ]);
  expect(view.changeset?.files[0]).not.toHaveProperty('protected');
  expect(view).toMatchObject({
    excluded: [{ path: 'big.bin' }],
    runtime: { name: 'runsc', isolatedKernel: true },
    proof: { verdict: 'green', hash: 'h1', base: { total: 1 } },
    votes: [{ agent: 'implementer', vote: 'approve' }],
    usage: { newTokens: 60, tokens: 110, steps: 1 },
    summary: 'Fixed it.',
  });
  expect(JSON.parse(JSON.stringify(view))).toEqual(view);
});

test('a proof of another changeset is not shown as a proof of this one', () => {
  expect(toTaskView(fold(created(), imported('h1'), proved('h2')), '/t')).not.toHaveProperty('proof');
});
