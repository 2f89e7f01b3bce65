import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type EpisodeRecord,
  episodeRecordSchema,
  toEpisode,
} from '../../../../src/core/memory/episodes/episodeRecord.ts';
import { type EpisodeTrail, episodeOf, trailAfter } from '../../../../src/core/memory/episodes/episodeTrail.ts';
import { settledStates } from '../../../../src/core/tasks/taskState.ts';
import type { TraceEntry, TraceEvent } from '../../../../src/core/trace/traceEvent.ts';
import { episodeSchema } from '../../../../src/protocol/memory.ts';
import {
  anyEvents,
  created,
  entry,
  imported,
  judged,
  move,
  placed,
  proved,
  toolReturned,
  voted,
} from '../../../fakes/traceEvents.ts';

function trail(...entries: readonly TraceEntry[]): EpisodeTrail | undefined {
  return entries.map((item, at) => placed(item, at, at)).reduce<EpisodeTrail | undefined>(trailAfter, undefined);
}

const episode = (...entries: readonly TraceEntry[]): EpisodeRecord | undefined => episodeOf(trail(...entries));

const started = [
  created(),
  move('prepare'),
  move('work'),
  entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
];
const ready = [
  ...started,
  imported('h1'),
  judged('h1'),
  move('verify'),
  proved('h1'),
  move('review'),
  voted('h1'),
  move('finish'),
];
const accept = (applied: readonly string[]): TraceEntry[] => [
  entry('apply-intended', {
    key: 'k1',
    hash: 'h1',
    writes: [{ path: 'src/sum.js', before: 'before', after: 'after', mode: '100644' }],
  }),
  entry('apply-ended', { key: 'k1', applied: [...applied], conflicts: [] }),
];

describe('an episode', () => {
  test('is made of a task that is over, and says how it ended', () => {
    expect(episode(...started)).toBeUndefined();
    expect(episode(...ready)).toMatchObject({
      id: 'episode-1',
      task: 'task-1',
      decision: 'open',
      goal: 'fix the failing test',
    });
    expect(episode(...ready, ...accept(['src/sum.js']), move('apply'))).toMatchObject({
      decision: 'accepted',
      files: [{ path: 'src/sum.js', base: 'b0', result: 'r-h1', applied: true, before: 'before', after: 'after' }],
    });
    expect(episode(...ready, move('discard'))?.decision).toBe('rejected');
    expect(episode(...ready, move('cancel'), move('discard'))?.decision).toBe('rejected');
    expect(episode(...started, move('fail', { code: 'steps', message: 'Out of steps.' }))).toMatchObject({
      decision: 'failed',
      files: [],
      proof: 'no change',
      approach: 'Ended: Out of steps.',
    });
    expect(episode(...started, move('cancel'), move('discard'))?.decision).toBe('failed');
  });

  test('is not one any more while its task goes on, and is made anew at the next end', () => {
    const failed = [...started, move('fail')];
    const resumed = trail(...failed, entry('task-moved', { move: 'resume', from: 'failed', to: 'revising' }, 'user'));
    expect(resumed?.task.state).toBe('revising');
    expect(episodeOf(resumed)).toBeUndefined();
    const taken = [...failed, entry('task-moved', { move: 'resume', from: 'failed', to: 'revising' }, 'user')];
    expect(episode(...taken, move('cancel'))?.decision).toBe('failed');
  });

  test('of which a part was accepted is accepted, and its time is that of the decision', () => {
    const two = [
      ...started,
      imported('h1', ['a.js', 'b.js']),
      judged('h1'),
      move('verify'),
      proved('h1'),
      move('review'),
      voted('h1'),
      move('finish'),
    ];
    const part = [
      entry('apply-intended', { key: 'k1', hash: 'h1', writes: [] }),
      entry('apply-ended', { key: 'k1', applied: ['a.js'], conflicts: [] }),
    ];
    const record = episode(...two, ...part);
    expect(record?.decision).toBe('accepted');
    expect(record?.files.map(({ path, applied }) => [path, applied])).toEqual([
      ['a.js', true],
      ['b.js', false],
    ]);
    expect(record?.acceptedAt).toBe(placed(created(), two.length + 1).ts);
    expect(record?.time).toBe(record?.acceptedAt);
    expect(episode(...two, ...part, move('discard'))?.decision).toBe('accepted');
  });

  test('says what was done: plan, last words, tools; and the proof of exactly its changeset', () => {
    const planned = entry('plan-made', { run: 'run-1', by: 'supervisor', steps: ['Read sum.js', 'Mend it'] });
    const record = episode(
      ...started,
      planned,
      toolReturned('read_file', true),
      toolReturned('read_file', true),
      toolReturned('edit_file', false),
      ...ready.slice(4),
    );
    expect(record?.approach).toBe('Plan: 1. Read sum.js 2. Mend it\nFixed it.\nTools: read_file ×2');
    expect(record?.proof).toBe('green: All tests pass; 1 of 1 pass, 1 before');
    expect(episode(...ready, imported('h2'))?.proof).toBe('not proved');
  });

  test('knows again what the task began with: errors, places, tests that failed before', () => {
    const proof = proved('h1');
    if (proof.type !== 'proof-ended') throw new Error('no proof');
    const base = {
      ...proof.data.proof.base,
      tests: [
        {
          name: 'adds two numbers',
          status: 'failed' as const,
          message: 'AssertionError [ERR_ASSERTION]: 1 !== 3\n    at add (src/sum.js:4:9)',
        },
        { name: 'is sound', status: 'passed' as const },
      ],
    };
    const failing = entry('proof-ended', { hash: 'h1', proof: { ...proof.data.proof, base } });
    const origin = {
      kind: 'terminal' as const,
      file: 'a.log',
      text: 'TypeError: x is undefined\n  at Cart.add (src/cart.ts:12:3)',
    };
    const begun = [created({ goal: 'Mend the ENOENT', origin }), ...started.slice(1)];
    const record = episode(
      ...begun,
      imported('h1'),
      judged('h1'),
      move('verify'),
      failing,
      move('review'),
      voted('h1'),
      move('finish'),
    );
    expect(record?.signature).toEqual([
      'ENOENT',
      'error TypeError: x is undefined',
      'frame src/cart.ts#Cart.add',
      'error AssertionError: <n> !== <n>',
      'frame src/sum.js#add',
      'test adds two numbers',
    ]);
  });

  test('of any prefix of any trace is a valid one or none, and there is one exactly where the task is over', () => {
    fc.assert(
      fc.property(anyEvents, fc.boolean(), (events, begun) => {
        const all: TraceEvent[] = [...(begun ? ready.map((item) => placed(item)) : []), ...events];
        let now: EpisodeTrail | undefined;
        for (const event of all) {
          now = trailAfter(now, event);
          const record = episodeOf(now);
          expect(record !== undefined).toBe(now.task.id !== '' && settledStates.has(now.task.state));
          if (record !== undefined) {
            expect(episodeRecordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
            expect(episodeSchema.safeParse(toEpisode(record)).success).toBe(true);
            expect(record.decision === 'accepted').toBe(
              ['applied', 'merged'].includes(now.task.state) ||
                (now.task.applied.length > 0 && now.task.state !== 'failed'),
            );
          }
        }
      }),
    );
  });
});
