import { describe, expect, test } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { AcceptPlace, History, HistoryFailure, Placement } from '../../../../src/core/repository/history.ts';
import type { ApplyConflict, Checkout } from '../../../../src/core/repository/repository.ts';
import { acceptChanges, recoverAccept } from '../../../../src/core/supervisor/acceptChanges.ts';
import { undoAccept } from '../../../../src/core/supervisor/undoAccept.ts';
import { foldTrace } from '../../../../src/core/tasks/taskReducer.ts';
import { playPipeline } from '../../../golden/playPipeline.ts';

const signal = new AbortController().signal;
const path = 'src/sum.js';
const commitId = 'c'.repeat(40);
const staged = { mode: '100644', id: 'e'.repeat(40) };

async function readyTask() {
  const { trace } = await playPipeline({
    turns: [
      { calls: [{ name: 'edit_file', arguments: { path, oldText: 'a - b', newText: 'a + b' } }] },
      { calls: [{ name: 'finish', arguments: { summary: 'It adds.' } }] },
    ],
  });
  expect(trace.task().state).toBe('ready');
  return trace;
}

interface Options {
  readonly conflict?: ApplyConflict;
  /** What `record` fails with; `done` says whether it had its effect all the same. */
  readonly broken?: { readonly error: HistoryFailure; readonly done: boolean };
}

/** A checkout with an index and branches that remember what was done to them. */
function memoryCheckout(options: Options = {}) {
  const written = new Set<string>();
  const recorded: Placement[] = [];
  const messages: string[] = [];
  const unstaged: string[] = [];
  const history: History = {
    plan: async (_changeset, parts, { place, message }) => {
      messages.push(message);
      const paths = parts.map((part) => part.path);
      const index = place.kind === 'staged' ? paths.map((each) => ({ path: each, before: null, after: staged })) : [];
      const branch = place.kind === 'branch' ? place.name : 'main';
      const commit = place.kind === 'staged' ? {} : { commit: { id: commitId, before: null, branch } };
      const conflicts = options.conflict === undefined ? [] : [options.conflict];
      return ok({ placement: { kind: place.kind, paths, index, ...commit }, conflicts });
    },
    record: async (placement) => {
      if (options.broken === undefined || options.broken.done) {
        recorded.push(placement);
      }
      return options.broken === undefined ? ok(undefined) : fail(options.broken.error);
    },
    stands: async (placement) => ok(recorded.some(({ kind }) => kind === placement.kind)),
    unstage: async (edits) => {
      unstaged.push(...edits.map((edit) => edit.path));
      return ok([]);
    },
  };
  const checkout: Checkout = {
    history,
    removeLeftovers: async () => undefined,
    hunks: async () => ok(undefined),
    mergeSides: async () => ok(undefined),
    planApply: async (_changeset, parts) => {
      const paths = parts.map((part) => part.path);
      const open = paths.filter((each) => !written.has(each));
      const writes = open.map((each) => ({ path: each, before: null, after: 'a'.repeat(64), mode: '100644' }));
      return ok({ parts, writes, unchanged: paths.filter((each) => written.has(each)), conflicts: [] });
    },
    keepBytes: async (_changeset, { writes }) =>
      ok(writes.map(() => ({ before: null, after: 'b'.repeat(40), permissions: null }))),
    apply: async (_changeset, { writes }) => {
      writes.forEach((write) => written.add(write.path));
      return ok({ applied: writes.map((write) => write.path), conflicts: [] });
    },
    planUndo: async (files) => {
      const writes = files.map((file) => ({ path: file.path, before: 'a'.repeat(64), after: null, mode: null }));
      return ok({ files, writes, conflicts: [], unchanged: [] });
    },
    undo: async ({ writes }) => {
      writes.forEach((write) => written.delete(write.path));
      return ok({ undone: writes.map((write) => write.path), conflicts: [] });
    },
    look: async (writes) => writes.map((write) => (written.has(write.path) ? 'before' : 'after')),
  };
  return { checkout, written, recorded, messages, unstaged };
}

const places: readonly AcceptPlace[] = [
  { kind: 'staged' },
  { kind: 'commit' },
  { kind: 'branch', name: 'topic' },
  { kind: 'worktree', directory: '/home/me/topic' },
];
const broken = (done: boolean): NonNullable<Options['broken']> => ({
  error: failure('index-locked', 'Another Git is at work. Try again.'),
  done,
});

describe('accepting as', () => {
  test.each(places)('$kind has its intent in the trace before anything is done, and ends applied', async (place) => {
    const trace = await readyTask();
    const memory = memoryCheckout();
    const accepted = await acceptChanges({ ...memory, trace }, undefined, signal, place);
    expect(accepted).toMatchObject({
      ok: true,
      value: { applied: [path], conflicts: [], placement: { kind: place.kind } },
    });
    expect(memory.recorded).toHaveLength(1);
    const stays = place.kind === 'branch' || place.kind === 'worktree';
    expect([...memory.written]).toEqual(stays ? [] : [path]);
    const [intended, ended] = trace.events.slice(-3);
    expect(intended).toMatchObject({
      type: 'apply-intended',
      data: { placement: { kind: place.kind, paths: [path] } },
    });
    expect(ended).toMatchObject({ type: 'apply-ended', data: { applied: [path], placed: true } });
    expect(trace.task()).toMatchObject({ state: 'applied', applied: [path], placements: [{ kind: place.kind }] });
    expect(foldTrace(trace.events)).toEqual(trace.task());
  });

  test('a commit says what the task was', async () => {
    const trace = await readyTask();
    const memory = memoryCheckout();
    await acceptChanges({ ...memory, trace }, undefined, signal, { kind: 'commit' });
    expect(memory.messages).toEqual([expect.stringMatching(/It adds\.\n\nNightshift-Task: \S+\n$/)]);
  });

  test.each(places)('$kind does nothing at all where something conflicts', async (place) => {
    const trace = await readyTask();
    const conflict: ApplyConflict = { path, reason: 'changed-meanwhile', message: 'It does not fit.' };
    const memory = memoryCheckout({ conflict });
    const accepted = await acceptChanges({ ...memory, trace }, undefined, signal, place);
    expect(accepted).toMatchObject({ ok: true, value: { applied: [], conflicts: [conflict] } });
    expect([memory.recorded, [...memory.written]]).toEqual([[], []]);
    expect(trace.task().state).toBe('ready');
    expect(trace.events.some(({ type }) => type === 'apply-intended')).toBe(false);
  });

  test.each(places.slice(0, 2))(
    '$kind that fails at the end says that the files are only in the working tree',
    async (place) => {
      const trace = await readyTask();
      const memory = memoryCheckout({ broken: broken(false) });
      const accepted = await acceptChanges({ ...memory, trace }, undefined, signal, place);
      expect(accepted).toMatchObject({
        ok: true,
        value: {
          applied: [path],
          conflicts: [{ reason: 'not-placed', message: expect.stringContaining('Another Git') }],
        },
      });
      expect(trace.task()).toMatchObject({ state: 'applied', applied: [path], placements: [] });
    },
  );

  test('branch that fails at the end leaves the task as ready as before', async () => {
    const trace = await readyTask();
    const memory = memoryCheckout({ broken: broken(false) });
    const accepted = await acceptChanges({ ...memory, trace }, undefined, signal, { kind: 'branch', name: 'topic' });
    expect(accepted).toMatchObject({ ok: false, error: { reason: 'index-locked' } });
    expect(trace.task()).toMatchObject({ state: 'ready', applied: [], placements: [] });
    expect(trace.task().openApply).toBeUndefined();
  });

  test('branch that failed after its effect counts what stands', async () => {
    const trace = await readyTask();
    const memory = memoryCheckout({ broken: broken(true) });
    const accepted = await acceptChanges({ ...memory, trace }, undefined, signal, { kind: 'branch', name: 'topic' });
    expect(accepted).toMatchObject({ ok: true, value: { applied: [path], conflicts: [] } });
    expect(trace.task()).toMatchObject({ state: 'applied', placements: [{ commit: { branch: 'topic' } }] });
  });
});

describe('an accept that a killed host left open', () => {
  async function killed(place: AcceptPlace, done: boolean) {
    const trace = await readyTask();
    const memory = memoryCheckout();
    const { changeset } = trace.task();
    if (changeset === undefined) throw new Error('no changeset');
    const planned = await memory.checkout.history?.plan(changeset, [{ path }], { place, message: '' }, signal);
    if (planned?.ok !== true) throw new Error('no plan');
    const { kind, commit, index } = planned.value.placement;
    const placement = {
      kind,
      paths: [path],
      index: index.map((edit) => ({ ...edit })),
      ...(commit === undefined ? {} : { commit }),
    };
    const stays = kind === 'branch' || kind === 'worktree';
    const writes = stays ? [] : [{ path, before: null, after: 'a'.repeat(64), mode: '100644' }];
    if (!stays) memory.written.add(path);
    const data = { key: 'apply-1', hash: changeset.hash, writes, placement };
    await trace.record({ type: 'apply-intended', actor: 'user', data });
    if (done) memory.recorded.push(placement);
    const before = memory.recorded.length;
    await recoverAccept({ ...memory, trace }, signal);
    expect(memory.recorded).toHaveLength(before);
    return trace.task();
  }

  test.each(places)('after $kind was done is ended by a look, and not done again', async (place) => {
    expect(await killed(place, true)).toMatchObject({
      state: 'applied',
      applied: [path],
      placements: [{ kind: place.kind }],
    });
  });

  test.each(places.slice(0, 2))('before $kind was done stands in the working tree, and says so', async (place) => {
    const task = await killed(place, false);
    expect(task).toMatchObject({ state: 'applied', applied: [path], placements: [] });
  });

  test.each(places.slice(2))('before $kind was done leaves the task ready', async (place) => {
    const task = await killed(place, false);
    expect(task).toMatchObject({ state: 'ready', applied: [], placements: [] });
    expect(task.openApply).toBeUndefined();
  });
});

describe('undoing an accept', () => {
  test('that was staged takes it out of the index too', async () => {
    const trace = await readyTask();
    const memory = memoryCheckout();
    await acceptChanges({ ...memory, trace }, undefined, signal, { kind: 'staged' });
    expect(await undoAccept({ ...memory, trace }, undefined, signal)).toEqual(ok({ undone: [path], conflicts: [] }));
    expect([...memory.written]).toEqual([]);
    expect(memory.unstaged).toEqual([path]);
    expect(trace.task()).toMatchObject({ state: 'ready', applied: [], placements: [] });
  });

  test.each(places.slice(1))('as $kind is left to Git, and the way is told', async (place) => {
    const trace = await readyTask();
    const memory = memoryCheckout();
    await acceptChanges({ ...memory, trace }, undefined, signal, place);
    const undone = await undoAccept({ ...memory, trace }, undefined, signal);
    expect(undone).toMatchObject({
      ok: true,
      value: { undone: [], conflicts: [{ path, reason: 'committed', message: expect.stringContaining('git ') }] },
    });
    expect(trace.task()).toMatchObject({ state: 'applied', applied: [path] });
  });
});
