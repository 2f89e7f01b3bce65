import { describe, expect, it } from 'vitest';
import { contextItems } from '../../../../src/core/supervisor/contextItems.ts';
import { mostQuestions, openQuestion, questionAsked, waitsForAnswer } from '../../../../src/core/tasks/question.ts';
import { proposeMove } from '../../../../src/core/tasks/taskMoves.ts';
import { toTaskView } from '../../../../src/core/tasks/taskView.ts';
import type { TaskMove } from '../../../../src/core/tasks/taskState.ts';
import type { TraceEntry } from '../../../../src/core/trace/traceEvent.ts';
import { created, entry, fold } from '../../../fakes/traceEvents.ts';

const started = entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' });
const asked = (question = 'Which file?') =>
  entry('question-asked', { run: 'run-1', question, options: ['a.js', 'b.js'] }, 'agent');

/** The entries with one more move, decided as the product decides it. */
function withMove(
  entries: readonly TraceEntry[],
  move: TaskMove,
  by: 'host' | 'user',
  note?: string,
  code?: string,
): readonly TraceEntry[] {
  const reason = code === undefined ? undefined : { code, message: 'Which file?' };
  const proposal = proposeMove(fold(created(), ...entries), move, by, reason, note);
  expect(proposal.allowed).toBe(true);
  return [...entries, proposal.entry];
}

const working = withMove(withMove([], 'prepare', 'host'), 'work', 'host');
const waiting = withMove([...working, started, asked()], 'wait', 'host', undefined, questionAsked);

describe('a question of the agent', () => {
  it('is asked once while it has no answer', () => {
    const task = fold(created(), ...working, started, asked(), asked('Again?'));
    expect(task.questions).toEqual([{ question: 'Which file?', options: ['a.js', 'b.js'] }]);
    expect(contextItems(task).map(({ text }) => text)).not.toContain('Which file?');
  });

  it('is answered by the words with which the user lets the task go on, which are told once', () => {
    expect(waitsForAnswer(fold(created(), ...waiting))).toBe(true);
    expect(toTaskView(fold(created(), ...waiting), '/trace')).toMatchObject({
      state: 'waiting',
      question: { text: 'Which file?', options: ['a.js', 'b.js'] },
    });
    const task = fold(created(), ...withMove(waiting, 'resume', 'user', 'b.js'));
    expect(task).toMatchObject({ state: 'working', notes: [], questions: [{ answer: 'b.js' }] });
    expect(openQuestion(task)).toBeUndefined();
    expect(toTaskView(task, '/trace')).not.toHaveProperty('question');
    expect(toTaskView(task, '/trace').answered).toEqual([{ question: 'Which file?', answer: 'b.js' }]);
    const told = contextItems(task).filter(({ source }) => source === 'note');
    expect(told.map(({ tainted, text }) => [tainted, text])).toEqual([
      [true, 'Which file?'],
      [false, 'The user answers:\nb.js'],
    ]);
  });

  it('is the agent’s to decide where the user goes on without an answer', () => {
    const task = fold(created(), ...withMove(waiting, 'resume', 'user'));
    expect(task.questions[0]?.answer).toContain('Decide');
  });

  it('stays open where the host goes on, and where the task waits for something else', () => {
    expect(openQuestion(fold(created(), ...withMove(waiting, 'resume', 'host')))).toBeDefined();
    const elsewhere = withMove([...working, started, asked()], 'wait', 'host', undefined, 'engine-unavailable');
    expect(openQuestion(fold(created(), ...withMove(elsewhere, 'resume', 'user')))).toBeDefined();
  });

  it('is one of a few', () => {
    let entries: readonly TraceEntry[] = [...working, started];
    for (let round = 0; round < mostQuestions; round += 1) {
      const held = withMove([...entries, asked(`${round}?`)], 'wait', 'host', undefined, questionAsked);
      entries = withMove(held, 'resume', 'user', 'Yes.');
    }
    expect(fold(created(), ...entries, asked('One more?')).questions).toHaveLength(mostQuestions);
  });
});
