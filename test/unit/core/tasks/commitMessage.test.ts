import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commitMessage } from '../../../../src/core/tasks/commitMessage.ts';

const id = 'task-0001';

describe('the message of a commit', () => {
  test('is the goal, what the agent said, and the id of the task', () => {
    expect(commitMessage({ id, goal: 'Fix the sum', summary: 'It adds now.' })).toBe(
      'Fix the sum\n\nIt adds now.\n\nNightshift-Task: task-0001\n',
    );
  });

  test('keeps a goal of several lines, the first of them as the subject', () => {
    expect(commitMessage({ id, goal: 'Fix the sum\n\nIt subtracts.' })).toBe(
      'Fix the sum\n\nIt subtracts.\n\nNightshift-Task: task-0001\n',
    );
  });

  test('cuts a long first line between words for the subject, and has all of it below', () => {
    const goal = 'Find out why the nightly report of the second region is late, and make it come in time again';
    const [subject = '', , body] = commitMessage({ id, goal }).split('\n');
    expect(subject).toMatch(/^Find out why the nightly report .*\w…$/);
    expect(subject.length).toBeLessThanOrEqual(72);
    expect(body).toBe(goal);
  });

  test('has a subject of one short line and its trailer at the end, whatever the goal is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (goal, summary) => {
        const message = commitMessage({ id, goal, summary });
        const [subject = '', blank] = message.split('\n');
        expect(subject.trim()).not.toBe('');
        expect(subject.length).toBeLessThanOrEqual(72);
        expect(blank).toBe('');
        expect(message.endsWith(`\n\nNightshift-Task: ${id}\n`)).toBe(true);
        expect(message).not.toMatch(/[^\P{Cc}\n]/u);
      }),
    );
  });
});
