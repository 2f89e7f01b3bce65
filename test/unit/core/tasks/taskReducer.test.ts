import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activeSecondsNow } from '../../../../src/core/guards/activeTime.ts';
import { foldTask, foldTrace } from '../../../../src/core/tasks/taskReducer.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import { taskTransitions } from '../../../../src/core/tasks/taskState.ts';
import type { TraceEntry, TraceEvent } from '../../../../src/core/trace/traceEvent.ts';
import {
  actors,
  answer,
  anyEvents,
  callRefused,
  created,
  entry,
  fold,
  imported,
  judged,
  move,
  placed,
  proved,
  toolCalled,
  toolReturned,
  voted,
} from '../../../fakes/traceEvents.ts';

const started = entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' });
const boxStarted = entry('sandbox-started', {
  run: 'run-1',
  sandbox: 'box-1',
  profile: 'build',
  runtime: 'runc',
  isolatedKernel: false,
  image: 'sha256:1',
  specHash: 'h',
  startMs: 1,
});
const toWorking: readonly TraceEntry[] = [created(), move('prepare'), move('work'), started];

function secondsOf(...timed: readonly (readonly [TraceEntry, number])[]): number {
  const events = timed.map(([item, seconds], seq) => placed(item, seconds, seq));
  return foldTrace(events)?.usage.seconds ?? Number.NaN;
}

describe('the fold of a trace', () => {
  test('a trace without a creation tells of no task', () => {
    expect(foldTrace([])).toBeUndefined();
    expect(foldTrace([placed(entry('journal-recovered', { bytes: 1, sha256: 'a' }))])).toBeUndefined();
  });

  test('a creation after the repair of a trace that was cut at its first line makes the task', () => {
    const repaired = placed(entry('journal-recovered', { bytes: 1, sha256: 'a' }));
    expect(foldTrace([repaired, placed(created())])).toMatchObject({ id: 'task-1', state: 'queued', events: 2 });
  });

  test('a second creation changes neither goal nor limits', () => {
    const once = fold(created());
    const twice = fold(created(), created({ goal: 'other', limits: { ...once.limits, steps: 9999 } }));
    expect(twice).toMatchObject({ goal: once.goal, limits: once.limits, events: 2 });
  });

  test('a move goes where the table says and not where the event says', () => {
    expect(fold(created(), move('prepare')).state).toBe('preparing');
  });

  test('a move that the table does not have is ignored', () => {
    expect(fold(created(), move('apply')).state).toBe('queued');
    expect(fold(created(), move('prepare'), move('resume')).state).toBe('preparing');
  });

  test('resuming goes back to the state that was interrupted and forgets the reason', () => {
    const waiting = fold(...toWorking, move('wait', { code: 'question', message: 'Which one?' }));
    expect(waiting).toMatchObject({ state: 'waiting', interrupted: 'working', reason: { code: 'question' } });
    const resumed = fold(...toWorking, move('wait', { code: 'question', message: 'Which one?' }), move('resume'));
    expect(resumed.state).toBe('working');
    expect(resumed).not.toHaveProperty('interrupted');
    expect(resumed).not.toHaveProperty('reason');
  });

  test('tokens and steps are the sums over the answers; a failed call to the model is no step', () => {
    const failed = entry('model-failed', { run: 'run-1', step: 1, reason: { code: 'timeout', message: 'Late.' } });
    const task = fold(...toWorking, answer(), failed, answer({ promptTokens: 200, outputTokens: 5, newTokens: 15 }));
    expect(task.usage).toMatchObject({ newTokens: 75, tokens: 315, steps: 2 });
  });

  test('a new run has seen nothing and got no notice', () => {
    const notice = entry('notice-given', { run: 'run-1', step: 0, guard: 'steps', text: 'Hurry.' });
    const first = fold(...toWorking, answer(), notice);
    expect(first).toMatchObject({ notices: ['steps'], runs: 1 });
    const next = entry('run-started', { run: 'run-2', agent: 'implementer', tree: 't1' });
    expect(fold(...toWorking, answer(), notice, next)).toMatchObject({ notices: [], runs: 2 });
  });

  test('failures in a row are counted per tool, and a success of that tool ends the row', () => {
    const failures = [
      toolReturned('edit_file', false),
      toolReturned('edit_file', false),
      toolReturned('read_file', false),
    ];
    expect(fold(...toWorking, ...failures).toolFailures).toEqual({ edit_file: 2, read_file: 1 });
    expect(fold(...toWorking, ...failures, toolReturned('edit_file', true)).toolFailures).toEqual({ read_file: 1 });
  });

  test('malformed calls count by answer and end with a call that was good', () => {
    expect(fold(...toWorking, callRefused(1), callRefused(1)).malformedInARow).toBe(1);
    expect(fold(...toWorking, callRefused(1), callRefused(2)).malformedInARow).toBe(2);
    expect(fold(...toWorking, callRefused(1), callRefused(1, 'run-2')).malformedInARow).toBe(2);
    expect(fold(...toWorking, callRefused(1), toolCalled('read_file', {}, 'read')).malformedInARow).toBe(0);
    expect(
      fold(...toWorking, callRefused(1), toolCalled('read_file', {}, 'read'), callRefused(1)).malformedInARow,
    ).toBe(1);
  });

  test('answers without a call count in a row; one that was cut off neither counts nor ends the row', () => {
    const silent = answer({ text: 'I think.', calls: [], finish: 'stop' });
    const cut = answer({ calls: [], finish: 'length' });
    expect(fold(...toWorking, silent, cut, silent).silentInARow).toBe(2);
    expect(fold(...toWorking, silent, silent, answer()).silentInARow).toBe(0);
  });

  test('only time at work counts: not queued, prepared, waiting, paused or settled', () => {
    expect(
      secondsOf(
        [created(), 0],
        [move('prepare'), 100],
        [move('work'), 110],
        [move('pause'), 130],
        [move('resume'), 1000],
        [move('wait'), 1005],
        [move('resume'), 2000],
        [move('fail'), 2007],
        [entry('sandbox-ended', { sandbox: 'box', cause: 'end' }), 9000],
      ),
    ).toBe(20 + 5 + 7);
  });

  test("the time in which a task waits for memory or for the engine is nobody's", () => {
    const delayed = entry('sandbox-delayed', { profile: 'build', message: 'It waits for memory.' });
    const awaited = entry('engine-awaited', { message: 'It waits for the engine.' });
    const refused = entry('move-refused', { move: 'apply', from: 'working', allowed: [], reason: 'No.' }, 'user');
    const before = [
      [created(), 0],
      [move('prepare'), 0],
      [move('work'), 0],
      [started, 1],
    ] as const;
    expect(secondsOf(...before, [delayed, 3], [delayed, 4_000], [boxStarted, 9_000], [answer(), 9_005])).toBe(3 + 5);
    expect(secondsOf(...before, [delayed, 3], [refused, 50], [boxStarted, 9_000], [answer(), 9_005])).toBe(3 + 5);
    expect(secondsOf(...before, [awaited, 7], [started, 100], [boxStarted, 102], [answer(), 103])).toBe(7 + 3);
    expect(secondsOf(...before, [delayed, 3], [move('cancel'), 9_000])).toBe(3);
  });

  test('a command does not pay for the time in which its box waited', () => {
    const delayed = entry('sandbox-delayed', { profile: 'build', message: 'It waits for memory.' });
    const returned = entry(
      'tool-returned',
      { run: 'run-1', step: 0, call: 'call-1', tool: 'run_tests', ok: true, output: '', milliseconds: 1_000_000 },
      'sandbox',
    );
    const timed = [
      [created(), 0],
      [move('prepare'), 0],
      [move('work'), 0],
      [toolCalled('run_tests', {}, 'execute'), 0],
      [delayed, 1],
      [boxStarted, 991],
      [returned, 1_000],
    ] as const;
    const events = timed.map(([item, seconds], seq) => placed(item, seconds, seq));
    expect(foldTrace(events)).toMatchObject({ commandSeconds: 10, usage: { seconds: 10 } });
  });

  test('the guard over time sees a wait as the trace does', () => {
    const delayed = entry('sandbox-delayed', { profile: 'build', message: 'It waits for memory.' });
    const at = (seconds: number) => ({ now: () => 1_800_000_000_000 + seconds * 1_000, monotonic: () => 0 });
    const working = fold(...toWorking);
    expect(activeSecondsNow(at(60), working)).toBe(60);
    expect(activeSecondsNow(at(60), foldTask(working, placed(delayed, 5)))).toBe(5);
  });

  test('a clock that goes backwards costs nothing and gives nothing back', () => {
    const start = [created(), move('prepare'), move('work')].map((item) => [item, 0] as const);
    expect(secondsOf(...start, [answer(), 10], [answer(), -500], [answer(), -495])).toBe(15);
  });

  test('a time stamp that is none counts as no time', () => {
    const events = [
      placed(created()),
      placed(move('prepare')),
      { ...placed(started), ts: 'yesterday' },
      placed(answer()),
    ];
    expect(foldTrace(events)?.usage.seconds).toBe(0);
  });

  test('the time in which no host was running does not count, however the task is taken up', () => {
    const before = [
      [created(), 0],
      [move('prepare'), 0],
      [move('work'), 0],
      [started, 1],
      [answer(), 3],
    ] as const;
    const repaired = entry('journal-recovered', { bytes: 3, sha256: 'a' });
    const resumed = entry('task-resumed', {});
    // Three seconds of work before the kill; the move to working was at 0.
    expect(secondsOf(...before, [resumed, 30_000], [started, 30_001], [answer(), 30_003])).toBe(3 + 3);
    expect(secondsOf(...before, [repaired, 30_000], [resumed, 30_000], [answer(), 30_003])).toBe(3 + 3);
    expect(secondsOf(...before, [move('verify'), 4], [resumed, 40_000], [move('review'), 40_007])).toBe(4 + 7);
  });

  test('the time before a box broke off counts, so that no agent hides time by breaking its box', () => {
    const interrupted = entry('run-ended', { run: 'run-1', outcome: 'interrupted' });
    expect(secondsOf([created(), 0], [move('prepare'), 0], [move('work'), 0], [started, 1], [interrupted, 101])).toBe(
      101,
    );
  });

  test('another changeset loses what was said and written of the old one, the same keeps it', () => {
    const apply = [
      entry('apply-intended', { key: 'k', hash: 'h1', writes: [] }, 'user'),
      entry('apply-ended', { key: 'k', applied: ['src/sum.js'], conflicts: [] }),
    ];
    const said = [...toWorking, imported('h1'), judged('h1'), proved('h1'), voted('h1'), ...apply];
    const again = fold(...said, imported('h1'));
    expect(again).toMatchObject({ judgedHash: 'h1', applied: ['src/sum.js'] });
    // A proof is of one import; what it saw of the base stays.
    expect(again).not.toHaveProperty('proof');
    expect(again).toHaveProperty('baseline');
    const other = fold(...said, imported('h2'));
    expect(other).not.toHaveProperty('proof');
    expect(other).not.toHaveProperty('judgement');
    expect(other.applied).toEqual([]);
    expect(other.votes).toHaveLength(1);
  });

  test('the newest vote of an agent on a changeset is its vote', () => {
    const task = fold(...toWorking, voted('h1', 'reject'), voted('h2', 'reject'), voted('h1', 'approve'));
    expect(task.votes.map(({ hash, vote }) => [hash, vote])).toEqual([
      ['h2', 'reject'],
      ['h1', 'approve'],
    ]);
  });

  test('an apply is open from its intent to the result with its key', () => {
    const intent = entry('apply-intended', { key: 'k1', hash: 'h1', writes: [] }, 'user');
    const other = entry('apply-ended', { key: 'k2', applied: ['a'], conflicts: [] });
    const ended = entry('apply-ended', { key: 'k1', applied: ['a', 'a'], conflicts: [] });
    expect(fold(created(), intent, other)).toMatchObject({ openApply: { key: 'k1' }, applied: [] });
    expect(fold(created(), intent, ended)).toMatchObject({ applied: ['a'] });
    expect(fold(created(), intent, ended)).not.toHaveProperty('openApply');
  });

  test('the activity says what happens, in one line without control characters', () => {
    const activity = (...more: readonly TraceEntry[]): string => fold(...toWorking, ...more).activity;
    expect(activity(toolCalled('edit_file', { path: 'src/sum.js' }, 'write'))).toBe('editing src/sum.js');
    expect(activity(toolCalled('edit_file', { path: 'a\u001b[2J\n\u202Eb' }, 'write'))).toBe('editing a [2J b');
    expect(activity(toolCalled('edit_file', ['x'], 'write'))).toBe('editing a file');
    expect(activity(toolCalled('constructor', {}, 'write'))).toBe('running constructor');
    const ready = [move('verify'), move('review'), imported('h1'), proved('h1'), move('finish')];
    expect(activity(...ready)).toBe('ready: 1 file, tests green');
    expect(activity(...ready, entry('sandbox-ended', { sandbox: 'b', cause: 'end' }))).toBe(
      'ready: 1 file, tests green',
    );
    expect(activity(move('fail', { code: 'x', message: 'No tests.' }))).toBe('failed: No tests.');
  });

  test('an event of a type that it does not know only counts as an event', () => {
    const unknown = { ...placed(created()), type: 'from-the-future', data: { a: 1 } } as unknown as TraceEvent;
    expect(foldTask(fold(...toWorking), unknown)).toEqual({ ...fold(...toWorking), events: 5 });
  });
});

describe('the environment in the fold', () => {
  const tree = 't0';
  const chosen = (of: string, status: 'failed' | 'ready') =>
    entry('environment-chosen', {
      tree: of,
      source: 'lockfile',
      definition: 'd',
      status,
      key: null,
      image: null,
      network: true,
      reached: [],
      warnings: [],
    });
  const snapshot = entry('snapshot-taken', {
    tree,
    head: null,
    branch: null,
    files: 1,
    bytes: 1,
    uncommitted: 0,
    excluded: [],
  });
  const agreed = entry('approval-given', { subject: 'environment', definition: 'd', hosts: [] }, 'user');
  const proofOf = (verdict: 'green' | 'unverified'): readonly TraceEntry[] => [
    created(),
    move('prepare'),
    snapshot,
    chosen(tree, 'failed'),
    move('work'),
    started,
    imported('h'),
    judged('h'),
    move('verify'),
    proved('h', verdict),
    move('review'),
    voted('implementer', 'approve', 'h'),
    move('finish'),
  ];

  test('is that of the snapshot, whatever was chosen for a changed tree', () => {
    const task = fold(created(), move('prepare'), snapshot, chosen(tree, 'ready'), chosen('t1', 'failed'));
    expect(task.environment).toMatchObject({ tree, status: 'ready' });
  });

  test('an approval leaves a ready task its proof until it is sent back for another', () => {
    const approved = fold(...proofOf('unverified'), agreed);
    expect(approved).toMatchObject({ state: 'ready', proof: { verdict: 'unverified' } });
    const again = fold(...proofOf('unverified'), agreed, move('revise'));
    expect(again.state).toBe('revising');
    expect([again.proof, again.environment, again.baseline]).toEqual([undefined, undefined, undefined]);
  });

  test('an approval during the review takes nothing away that the task needs to become ready', () => {
    const reviewing = proofOf('unverified').slice(0, -2);
    const after = fold(...reviewing, agreed, voted('implementer', 'approve', 'h'), move('finish'));
    expect(after).toMatchObject({ state: 'ready', proof: { verdict: 'unverified' } });
  });

  test('an approval has an environment tried again that could not be had, if the user gave it', () => {
    const working = proofOf('unverified').slice(0, 5);
    expect(fold(...working, agreed)).not.toHaveProperty('environment');
    for (const actor of actors.filter((each) => each !== 'user')) {
      const forged = entry('approval-given', { subject: 'environment', definition: 'd', hosts: [] }, actor);
      expect(fold(...working, forged)).toHaveProperty('environment');
    }
  });

  test('an approval changes nothing of a task that is over', () => {
    const over = [...proofOf('unverified'), move('discard')];
    expect(fold(...over, agreed).proof?.verdict).toBe('unverified');
  });
});

describe('the fold of any events in any order', () => {
  test('never throws, is deterministic, equals the fold event by event and leaves its input alone', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const copy = structuredClone(events);
        const whole = events.reduce<Task | undefined>(foldTask, undefined);
        let step: Task | undefined;
        for (const event of events) {
          const frozen = deepFreeze(structuredClone(step));
          step = foldTask(frozen, deepFreeze(event));
        }
        expect(step).toEqual(whole);
        expect(events).toEqual(copy);
        expect(whole?.events ?? 0).toBe(events.length);
      }),
      { numRuns: 300 },
    );
  });

  test('changes state only along the table, and counters never fall', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let task = fold(created());
        for (const event of events) {
          const next = foldTask(task, event);
          if (next.state !== task.state) {
            const targets = Object.values(taskTransitions[task.state]).map((to) =>
              to === 'back' ? task.interrupted : to,
            );
            expect(event.type).toBe('task-moved');
            expect(targets).toContain(next.state);
          }
          expect(next.usage.seconds).toBeGreaterThanOrEqual(task.usage.seconds);
          expect(next.usage.newTokens).toBeGreaterThanOrEqual(task.usage.newTokens);
          expect(next.usage.steps).toBeGreaterThanOrEqual(task.usage.steps);
          expect(next.limits).toEqual(task.limits);
          expect(next.activity).not.toMatch(/[\p{Cc}\n]/u);
          task = next;
        }
      }),
      { numRuns: 300 },
    );
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}
