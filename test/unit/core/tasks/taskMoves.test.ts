import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moveRights, proposeMove } from '../../../../src/core/tasks/taskMoves.ts';
import { foldTask } from '../../../../src/core/tasks/taskReducer.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import {
  settledStates,
  type TaskMove,
  taskMoves,
  type TaskState,
  taskTransitions,
} from '../../../../src/core/tasks/taskState.ts';
import { taskStates } from '../../../../src/protocol/taskView.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import {
  actors,
  anyEntry,
  created,
  entry,
  fold,
  imported,
  judged,
  modelEntries,
  move,
  placed,
  proved,
  voted,
} from '../../../fakes/traceEvents.ts';

const toReviewing = [created(), move('prepare'), move('work'), move('verify'), move('review')];
const complete = [imported('h1'), judged('h1'), proved('h1'), voted('h1')];
const toReady = [...toReviewing, ...complete, move('finish')];
/** The user had more to say about a result, and its agent is at it. */
const revised = [...toReady, entry('user-said', { text: 'Why?' }, 'user'), move('revise')];
const apply = (applied: string[]): TraceEntry[] => [
  entry('apply-intended', { key: 'k', hash: 'h1', writes: [] }, 'user'),
  entry('apply-ended', { key: 'k', applied, conflicts: [] }),
];

function refusal(task: Task, name: TaskMove, by: (typeof actors)[number] = 'host'): string | undefined {
  const { entry } = proposeMove(task, name, by);
  return entry.type === 'move-refused' ? entry.data.reason : undefined;
}

describe('a proposed move', () => {
  test('is recorded as a move with where it really goes and its reason', () => {
    const waiting = fold(created(), move('prepare'), move('wait'));
    expect(proposeMove(waiting, 'resume', 'user')).toEqual({
      allowed: true,
      entry: { type: 'task-moved', actor: 'user', data: { move: 'resume', from: 'waiting', to: 'preparing' } },
    });
    const reason = { code: 'no-tests', message: 'There are none.' };
    expect(proposeMove(waiting, 'fail', 'host', reason).entry).toMatchObject({ data: { to: 'failed', reason } });
  });

  test('is recorded as refused, with what is allowed instead, where the table has no such move', () => {
    expect(proposeMove(fold(created()), 'apply', 'user')).toEqual({
      allowed: false,
      entry: {
        type: 'move-refused',
        actor: 'user',
        data: {
          move: 'apply',
          from: 'queued',
          allowed: ['pause', 'cancel'],
          reason:
            'This move is not possible: a task that is queued takes no "apply"; `nightshift show task-1` tells how it stands.',
        },
      },
    });
  });

  test('of a model or an agent can only be that the work is done', () => {
    for (const by of ['model', 'agent'] as const) {
      const working = fold(created(), move('prepare'), move('work'));
      expect(taskMoves.filter((name) => proposeMove(working, name, by).allowed)).toEqual(['verify']);
      for (const name of ['apply', 'merge', 'discard', 'cancel', 'revise'] as const) {
        expect(refusal(fold(...toReady), name, by)).toContain(`${by} may not ${name} a task`);
      }
      expect(refusal(fold(...toReviewing, ...complete), 'finish', by)).toContain('may not finish');
    }
  });

  test('by anything but a person or the host or an agent is refused whatever it is', () => {
    expect(moveRights.policy).toEqual([]);
    expect(moveRights.sandbox).toEqual([]);
  });

  test('to ready is allowed when everything about exactly this changeset is in', () => {
    expect(refusal(fold(...toReviewing, ...complete), 'finish')).toBeUndefined();
    const unverified = [imported('h1'), judged('h1'), proved('h1', 'unverified'), voted('h1')];
    expect(refusal(fold(...toReviewing, ...unverified), 'finish')).toBeUndefined();
  });

  test.each([
    ['no changeset', [judged('h1'), proved('h1'), voted('h1')], 'no changeset was imported'],
    ['no judgement', [imported('h1'), proved('h1'), voted('h1')], 'the path rules have not judged'],
    ['a judgement of another changeset', [imported('h1'), judged('h2'), proved('h1'), voted('h1')], 'have not judged'],
    ['no proof', [imported('h1'), judged('h1'), voted('h1')], 'there is no proof of this changeset'],
    ['a proof of another changeset', [imported('h1'), judged('h1'), proved('h2'), voted('h1')], 'there is no proof'],
    ['failing tests', [imported('h1'), judged('h1'), proved('h1', 'red'), voted('h1')], 'the tests fail'],
    ['no vote', [imported('h1'), judged('h1'), proved('h1')], 'no approval of this changeset by: implementer'],
    ['a vote on another changeset', [imported('h1'), judged('h1'), proved('h1'), voted('h2')], 'no approval'],
    ['an abstention', [imported('h1'), judged('h1'), proved('h1'), voted('h1', 'abstain')], 'no approval'],
    [
      'a vote of someone else only',
      [imported('h1'), judged('h1'), proved('h1'), voted('h1', 'approve', 'x')],
      'no approval',
    ],
    ['one rejection', [...complete, voted('h1', 'reject', 'reviewer')], 'reviewer rejected this changeset'],
  ])('to ready is refused with %s', (_, entries, reason) => {
    expect(refusal(fold(...toReviewing, ...entries), 'finish')).toContain(reason);
  });

  test('to applied needs every file in the checkout and no write of which the end is unknown', () => {
    expect(refusal(fold(...toReady), 'apply', 'user')).toContain('src/sum.js was not written to the checkout');
    expect(refusal(fold(...toReady, ...apply(['src/sum.js'])), 'apply', 'user')).toBeUndefined();
    const open = fold(...toReady, ...apply(['src/sum.js']), ...apply([]).slice(0, 1));
    expect(refusal(open, 'apply', 'user')).toContain('not known yet');
    expect(refusal(open, 'discard', 'user')).toContain('not known yet');
    const rejected = fold(...toReady, ...apply(['src/sum.js']), voted('h1', 'reject', 'reviewer'));
    expect(refusal(rejected, 'apply', 'user')).toContain('reviewer rejected');
  });

  test('to applied needs a proof of exactly this changeset', () => {
    const unproved = fold(...toReady, imported('h1'), ...apply(['src/sum.js']));
    expect(refusal(unproved, 'apply', 'user')).toContain('there is no proof of this changeset');
  });
});

/** The shortest way into each state, with everything that a move from it may need. */
const inState: Readonly<Record<TaskState, readonly TraceEntry[]>> = {
  queued: [created()],
  preparing: [created(), move('prepare')],
  working: [...revised, move('work')],
  verifying: [...revised, move('work'), move('verify')],
  reviewing: [...revised, move('work'), move('verify'), move('review'), ...complete],
  ready: [...toReady, ...apply(['src/sum.js'])],
  revising: revised,
  waiting: [...revised, move('wait')],
  paused: [...revised, move('pause')],
  applied: [
    ...toReady,
    ...apply(['src/sum.js']),
    move('apply'),
    entry('undo-intended', { key: 'u', paths: ['src/sum.js'], writes: [] }, 'user'),
    entry('undo-ended', { key: 'u', undone: ['src/sum.js'], conflicts: [] }),
  ],
  merged: [...toReady, move('merge')],
  discarded: [...toReady, move('discard')],
  failed: [created(), move('fail')],
  cancelled: [created(), move('cancel')],
};

describe('every state, move and actor', () => {
  const all = taskStates.flatMap((state) =>
    taskMoves.flatMap((name) => actors.map((by) => [state, name, by] as const)),
  );

  test('is decided: a move stands in the table and is the right of who proposes it, and all else is refused with what is allowed', () => {
    expect(all).toHaveLength(14 * 16 * 6);
    const moved = all.filter(([state, name, by]) => {
      const task = fold(...inState[state]);
      expect(task.state).toBe(state);
      const { allowed, entry } = proposeMove(task, name, by);
      const after = foldTask(task, placed(entry));
      const target = taskTransitions[state][name];
      const to = target === 'back' ? task.interrupted : target;
      const userOnly = state === 'failed' && name === 'resume';
      expect(allowed, `${state} ${name} ${by}`).toBe(
        to !== undefined && moveRights[by].includes(name) && (!userOnly || by === 'user'),
      );
      expect(after.state).toBe(allowed ? to : state);
      expect(taskStates).toContain(after.state);
      if (entry.type === 'move-refused') {
        expect(entry.data.allowed.every((other) => proposeMove(task, other, by).allowed)).toBe(true);
        expect(entry.data.reason).toMatch(/^This move is not possible: .+\.$/);
      }
      return allowed;
    });
    // By the host, the user, and the two that may claim to be done: whoever changes the table or a right changes this line.
    expect(moved).toHaveLength(51 + 33 + 2);
    const byOthers = moved.filter(([, , by]) => by !== 'user' && by !== 'host');
    expect(byOthers.map((each) => each.join(' ')).sort()).toEqual(['working verify agent', 'working verify model']);
  });

  test('no state but these is an end', () => {
    const ends = taskStates.filter((state) => Object.keys(taskTransitions[state]).length === 0);
    expect(ends).toEqual(['merged', 'discarded']);
  });
});

type Act =
  | { readonly kind: 'propose'; readonly move: TaskMove; readonly by: (typeof actors)[number] }
  | { readonly kind: 'record'; readonly entry: TraceEntry };

/** Proposals by anyone, between events that no proposal stands behind. */
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('propose' as const),
        move: fc.constantFrom(...taskMoves),
        by: fc.constantFrom(...actors),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('propose' as const),
        move: fc.constantFrom('prepare', 'work', 'verify', 'review', 'finish'),
        by: fc.constant('host' as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        entry: anyEntry.filter((item) => item.type !== 'task-moved'),
      }),
    },
  ),
  { maxLength: 80 },
);

function holdsAllNeeds(task: Task): boolean {
  const hash = task.changeset?.hash;
  const votes = task.votes.filter((vote) => vote.hash === hash);
  return (
    hash !== undefined &&
    task.judgedHash === hash &&
    task.proof?.hash === hash &&
    task.proof.verdict !== 'red' &&
    votes.some((vote) => vote.agent === 'implementer' && vote.vote === 'approve') &&
    votes.every((vote) => vote.vote !== 'reject')
  );
}

describe('any sequence of proposals by anyone', () => {
  test('stays inside the table, never makes ready what is not, and leaves final states final', () => {
    fc.assert(
      fc.property(acts, (sequence) => {
        let task = fold(created());
        for (const act of sequence) {
          const proposal = act.kind === 'propose' ? proposeMove(task, act.move, act.by) : undefined;
          const before = task;
          task = foldTask(task, placed(act.kind === 'propose' ? proposal!.entry : act.entry));
          if (act.kind === 'record' || !proposal!.allowed) {
            expect(task.state).toBe(before.state);
            continue;
          }
          const target = taskTransitions[before.state][act.move];
          expect(task.state).toBe(target === 'back' ? before.interrupted : target);
          expect(proposal!.entry).toMatchObject({ data: { from: before.state, to: task.state } });
          expect(moveRights[act.by]).toContain(act.move);
          if (task.state === 'ready') {
            expect(holdsAllNeeds(act.move === 'restore' ? task : before)).toBe(true);
          }
          if (settledStates.has(before.state) && before.state !== 'ready') {
            const resumable = before.state === 'failed' && act.by === 'user';
            expect(['failed', 'cancelled']).toContain(before.state);
            expect(resumable ? ['discarded', 'revising'] : ['discarded']).toContain(task.state);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('from a task that is nearly ready reaches ready exactly when all needs hold', () => {
    let reached = 0;
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...complete, proved('h1', 'red'), voted('h1', 'reject'), imported('h2')]),
        (facts) => {
          const task = fold(...toReviewing, ...facts);
          const { allowed } = proposeMove(task, 'finish', 'host');
          expect(allowed).toBe(holdsAllNeeds(task));
          reached += allowed ? 1 : 0;
        },
      ),
      { numRuns: 1000 },
    );
    expect(reached).toBeGreaterThan(0);
  });

  test('by a model, with any output, moves a task nowhere but to the checks', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(modelEntries, fc.constantFrom(...taskMoves)), { maxLength: 40 }), (outputs) => {
        let task = fold(created(), move('prepare'), move('work'));
        for (const output of outputs) {
          const item = typeof output === 'string' ? proposeMove(task, output, 'model').entry : output;
          task = foldTask(task, placed(item));
        }
        expect(['working', 'verifying']).toContain(task.state);
      }),
    );
  });
});
