import { describe, expect, test } from 'vitest';
import { taskStates } from '../../../../src/protocol/taskView.ts';
import {
  ageText,
  durationText,
  elapsed,
  taskActions,
  taskMeters,
} from '../../../../src/vscode/taskPage/taskFigures.ts';
import { queuedTask, readyTask } from '../../../fakes/sampleTasks.ts';

const labels = (task: Parameters<typeof taskActions>[0]): readonly string[] =>
  taskActions(task).map(({ label, kind }) => (kind === 'primary' ? `*${label}` : label));
const always = ['Open Trace', 'Verify Trace', 'Copy as Text'];
const begun = ['Open Terminal in Sandbox', ...always];

describe('the buttons of a page', () => {
  test('are those that the state allows, what people want most first', () => {
    expect(labels(queuedTask())).toEqual(['Cancel', ...always]);
    expect(labels(readyTask())).toEqual(['*Review Changes', 'Accept All', 'Take Over…', 'Discard', ...begun]);
    expect(labels(queuedTask({ state: 'failed' }))).toEqual(['*Resume…', 'Take Over…', 'Discard', ...begun]);
    expect(labels(queuedTask({ state: 'waiting' }))).toEqual(['*Resume…', 'Take Over…', 'Cancel', ...begun]);
    const asking = queuedTask({ state: 'waiting', question: { text: 'Stop?', options: [] } });
    expect(labels(asking)).toEqual(['*Answer…', 'Let the Agent Decide', 'Take Over…', 'Cancel', ...begun]);
    expect(labels(readyTask({ state: 'applied' }))).toEqual(['*Review Changes', ...begun]);
  });

  test('have one main one at most, in every state', () => {
    for (const state of taskStates) {
      expect(taskActions(readyTask({ state })).filter(({ kind }) => kind === 'primary').length).toBeLessThanOrEqual(1);
    }
  });
});

test('meters say what is used of each limit, and which is nearly used up', () => {
  const usage = { newTokens: 1_834, tokens: 4_920, steps: 38, seconds: 200 };
  expect(taskMeters(queuedTask({ usage })).map(({ name, text, isShort }) => [name, text, isShort])).toEqual([
    ['Steps', '38 of 40', true],
    ['New tokens', '1,834 of 50,000', false],
    ['Working time', '3 min 20 s of 30 min', false],
  ]);
});

test('times are in the words of people', () => {
  expect([0, 850, 12_300, 60_000, 200_000, 3_600_000, 7_500_000].map(durationText)).toEqual([
    '0 s',
    '850 ms',
    '12 s',
    '1 min',
    '3 min 20 s',
    '1 h',
    '2 h 5 min',
  ]);
  const created = '2026-01-05T21:00:00.000Z';
  const now = Date.parse(created);
  expect([30_000, 60_000, 300_000, 7_200_000, 3 * 86_400_000].map((past) => ageText(created, now + past))).toEqual([
    'just now',
    '1 minute ago',
    '5 minutes ago',
    '2 hours ago',
    '3 days ago',
  ]);
  expect(ageText('nonsense', now)).toBe('just now');
  expect(elapsed(queuedTask({ state: 'working' }), now + 5_000)).toBe(5_000);
  expect(elapsed(readyTask(), now + 5_000_000)).toBe(12_000);
});
