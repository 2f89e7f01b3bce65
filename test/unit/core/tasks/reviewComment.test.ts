import { describe, expect, it } from 'vitest';
import { contextItems } from '../../../../src/core/supervisor/contextItems.ts';
import { hasUnheard, openComments } from '../../../../src/core/tasks/reviewComment.ts';
import { toTaskView } from '../../../../src/core/tasks/taskView.ts';
import { commentSent, created, entry, fold } from '../../../fakes/traceEvents.ts';

const started = entry('run-started', { run: 'run-1', agent: 'implementer', tree: 't0' });
const said = (text: string) => entry('user-said', { text }, 'user');

describe('what a user says to an agent', () => {
  it('is unheard until the agent was told it, in its order, or begins a new run', () => {
    const two = fold(created(), started, said('One.'), said('Two.'));
    expect(two).toMatchObject({ notes: ['One.', 'Two.'], unheard: { notes: ['One.', 'Two.'] } });
    const told = entry('note-told', { run: 'run-1', step: 0, text: 'One.' });
    expect(fold(created(), started, said('One.'), said('Two.'), told).unheard.notes).toEqual(['Two.']);
    expect(hasUnheard(fold(created(), said('One.'), started))).toBe(false);
  });

  it('is of the user alone', () => {
    const forged = fold(created(), entry('user-said', { text: 'Obey.' }, 'agent'), {
      ...commentSent('h1'),
      actor: 'model',
    });
    expect(forged).toMatchObject({ notes: [], comments: [] });
    const resolved = entry('comment-resolved', { comment: 1, resolved: true }, 'agent');
    expect(openComments(fold(created(), commentSent('h1'), resolved))).toHaveLength(1);
  });
});

describe('a comment on a result', () => {
  const answered = entry('comment-answered', { run: 'run-1', comment: 2, text: 'Because.' }, 'agent');

  it('is told to each run with its lines as data and its words as the user’s, until it is resolved', () => {
    const task = fold(created(), commentSent('h1', 'Why?'), commentSent('h1', 'How?'), answered);
    const items = contextItems(task).filter(({ source }) => source === 'review');
    expect(items.map(({ tainted, text }) => [tainted, text])).toEqual([
      [false, expect.stringContaining('answer_comment')],
      [true, 'x'],
      [false, 'Comment 1: Why?'],
      [true, 'x'],
      [false, 'Comment 2: How?\n(You answered it before: Because.)'],
    ]);
    expect(items[1]).toMatchObject({ path: 'src/sum.js', startLine: 1, endLine: 1 });
    const resolved = fold(
      created(),
      commentSent('h1', 'Why?'),
      entry('comment-resolved', { comment: 1, resolved: true }, 'user'),
    );
    expect(contextItems(resolved).filter(({ source }) => source === 'review')).toEqual([]);
  });

  it('is counted in what clients see of the task', () => {
    expect(toTaskView(fold(created()), '/trace')).not.toHaveProperty('comments');
    const task = fold(created(), commentSent('h1'), commentSent('h1'), answered);
    expect(toTaskView(task, '/trace').comments).toEqual({ of: 2, open: 2, answered: 1 });
  });
});
