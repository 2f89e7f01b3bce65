import { describe, expect, it } from 'vitest';
import { proposeMove } from '../../../../src/core/tasks/taskMoves.ts';
import { endTask } from '../../../../src/core/supervisor/taskPipeline.ts';
import { sayToAgent } from '../../../../src/core/supervisor/sayToAgent.ts';
import { revisionCancelled, revisionFailed } from '../../../../src/core/tasks/lastResult.ts';
import type { Task } from '../../../../src/core/tasks/task.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { MemoryTaskTrace } from '../../../fakes/memoryTaskTrace.ts';
import {
  commentSent,
  created,
  entry,
  fold,
  imported,
  judged,
  move,
  proved,
  voted,
} from '../../../fakes/traceEvents.ts';

const result = (hash: string): TraceEntry[] => [imported(hash), judged(hash), proved(hash), voted(hash)];
const ready = [
  created(),
  move('prepare'),
  move('work'),
  entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' }),
  move('verify'),
  move('review'),
  ...result('h1'),
  move('finish'),
];
const accepted = [
  entry('apply-intended', { key: 'k', hash: 'h1', writes: [] }, 'user'),
  entry('apply-ended', { key: 'k', applied: ['src/sum.js'], conflicts: [] }),
];
const revising = [
  ...ready,
  ...accepted,
  commentSent('h1'),
  move('revise'),
  move('work'),
  entry('run-started', { run: 'run-2', agent: 'implementer', tree: 't1' }),
];
const revisedOnce = [
  ...revising,
  entry('comment-answered', { run: 'run-2', comment: 1, text: 'I wrote it down.' }, 'agent'),
  imported('h2'),
  judged('h2'),
  move('verify'),
];

const resultOf = ({ changeset, proof, judgedHash, checkpoint, summary, applied, decisions }: Task) => ({
  changeset,
  proof,
  judgedHash,
  checkpoint,
  summary,
  applied,
  decisions,
});

async function traceOf(entries: readonly TraceEntry[]): Promise<MemoryTaskTrace> {
  const trace = new MemoryTaskTrace();
  for (const each of entries) {
    await trace.record(each);
  }
  return trace;
}

describe('a revision that comes to nothing', () => {
  it.each([
    ['failed', { move: 'fail', by: 'host', reason: { code: 'stuck', message: 'It goes round.' } }, revisionFailed],
    ['was cancelled', { move: 'cancel', by: 'user' }, revisionCancelled],
  ] as const)('leaves its user the result from before where it %s, and the trace says so', async (_, end, code) => {
    const trace = await traceOf([...revisedOnce, proved('h2', 'red'), move('revise')]);
    expect(trace.task()).toMatchObject({ state: 'revising', changeset: { hash: 'h2' }, proof: { verdict: 'red' } });
    expect(await endTask({ trace }, end)).toMatchObject({ allowed: true });
    const task = trace.task();
    expect(resultOf(task)).toEqual(resultOf(fold(...ready, ...accepted)));
    expect(task).toMatchObject({ state: 'ready', applied: ['src/sum.js'], reason: { code } });
    expect(task.comments[0]).not.toHaveProperty('answer');
    expect(task.lastResult).toBeUndefined();
    const last = trace.events.at(-1);
    expect(last).toMatchObject({ type: 'task-moved', data: { move: 'restore', to: 'ready', reason: { code } } });
    const said = JSON.stringify(last);
    expect(said).toContain(end.move === 'fail' ? 'It goes round.' : 'You cancelled the revision');
  });

  it('can be begun again with a word, and be left again', async () => {
    const trace = await traceOf(revising);
    await endTask({ trace }, { move: 'cancel', by: 'user' });
    expect(await sayToAgent(trace, 'Do it otherwise.')).toEqual({ ok: true, value: true });
    expect(trace.task()).toMatchObject({ state: 'revising', unheard: { notes: ['Do it otherwise.'] } });
    expect(trace.task().reason?.code).toBe('user-said');
    await endTask({ trace }, { move: 'cancel', by: 'user' });
    expect(trace.task()).toMatchObject({ state: 'ready', changeset: { hash: 'h1' } });
  });

  it('ends for good where the result itself is cancelled, and where there was none before', async () => {
    const trace = await traceOf(revising);
    await endTask({ trace }, { move: 'cancel', by: 'user' });
    await endTask({ trace }, { move: 'cancel', by: 'user' });
    expect(trace.task().state).toBe('cancelled');
    const first = await traceOf(revising.slice(0, 4));
    await endTask({ trace: first }, { move: 'fail', by: 'host', reason: { code: 'stuck', message: 'No.' } });
    expect(first.task()).toMatchObject({ state: 'failed', reason: { code: 'stuck' } });
  });

  it('can be left while it waits or is paused, and forgets what was asked in it', async () => {
    const asked = entry('question-asked', { run: 'run-2', question: 'Which?', options: [] }, 'agent');
    for (const rest of [move('pause'), move('wait', { code: 'question-asked', message: 'Which?' })]) {
      const trace = await traceOf([...revising, asked, rest]);
      expect(await endTask({ trace }, { move: 'cancel', by: 'user' })).toMatchObject({ allowed: true });
      expect(trace.task()).toMatchObject({ state: 'ready', questions: [] });
      expect(trace.task().interrupted).toBeUndefined();
    }
  });

  it('does not bring back a result that the tests have failed on since', async () => {
    const trace = await traceOf([...revising, imported('h1'), judged('h1'), move('verify'), proved('h1', 'red')]);
    await endTask({ trace }, { move: 'fail', by: 'host', reason: { code: 'stuck', message: 'No.' } });
    expect(trace.task()).toMatchObject({ state: 'failed', proof: { verdict: 'red' } });
  });

  it('that became ready leaves nothing to go back to', () => {
    const twice = fold(...revisedOnce, proved('h2'), voted('h2'), move('review'), move('finish'));
    expect(twice).toMatchObject({ state: 'ready', changeset: { hash: 'h2' } });
    expect(twice.lastResult).toBeUndefined();
    expect(proposeMove(twice, 'restore', 'user').allowed).toBe(false);
    expect(fold(...ready, commentSent('h1'), move('restore')).state).toBe('ready');
  });

  it('for another proof alone keeps no result: what the tests say of it now is what counts', () => {
    expect(fold(...ready, move('revise')).lastResult).toBeUndefined();
  });
});
