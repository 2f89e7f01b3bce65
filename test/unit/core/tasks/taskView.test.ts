import { describe, expect, test } from 'vitest';
import type { TestCase } from '../../../../src/core/changes/proof/proof.ts';
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

describe('the tests of a proof', () => {
  const proofOf = (tests: readonly TestCase[]) => {
    const item = proved('h1');
    if (item.type !== 'proof-ended') {
      throw new Error('not a proof');
    }
    const { proof } = item.data;
    const patched = { ...proof.patched, tests: [...tests] };
    const task = fold(created(), imported('h1'), entry('proof-ended', { hash: 'h1', proof: { ...proof, patched } }));
    return toTaskView(task, '/t').proof?.tests ?? [];
  };

  test('are shown with the failed ones first, and messages only of those that did not pass', () => {
    const shown = proofOf([
      { name: 'a', status: 'passed', message: 'fine', milliseconds: 1 },
      { name: 'b', status: 'failed', message: 'broken' },
      { name: 'c', status: 'skipped', message: 'later' },
      { name: 'd', status: 'failed' },
    ]);
    expect(shown).toEqual([
      { name: 'b', status: 'failed', message: 'broken' },
      { name: 'd', status: 'failed' },
      { name: 'a', status: 'passed', milliseconds: 1 },
      { name: 'c', status: 'skipped', message: 'later' },
    ]);
  });

  test('are at most 500, and no failed one is left out for one that passed', () => {
    const passed = Array.from({ length: 600 }, (_, index): TestCase => ({ name: `p${index}`, status: 'passed' }));
    const shown = proofOf([...passed, { name: 'late', status: 'failed' }]);
    expect(shown).toHaveLength(500);
    expect(shown[0]?.name).toBe('late');
    expect(shown[1]?.name).toBe('p0');
  });
});

describe('tests that were run again', () => {
  const ready = [created(), imported('h1'), judged('h1'), proved('h1')];

  test('say so where they are not what the proof of the task is, which stays', () => {
    const task = fold(...ready, proved('h1', 'red', 'proof-1'));
    expect(toTaskView(task, '/t')).toMatchObject({
      proof: { verdict: 'green' },
      warnings: ['The tests were run again, and they are red now: All tests pass.'],
    });
  });

  test.each([
    ['the same', proved('h1', 'green', 'proof-1')],
    ['of an older changeset', proved('h0', 'red', 'proof-1')],
  ])('say nothing where they are %s', (_what, again) => {
    expect(toTaskView(fold(...ready, again), '/t').warnings).toBeUndefined();
  });

  test('say nothing any more when they were run once more and are what they were', () => {
    const task = fold(...ready, proved('h1', 'red', 'proof-1'), proved('h1', 'green', 'proof-2'));
    expect(toTaskView(task, '/t').warnings).toBeUndefined();
  });
});
