import { expect, it } from 'vitest';
import { nextSteps } from '../../../src/cli/writers/taskText.ts';
import { queuedTask } from '../../fakes/sampleTasks.ts';

it('a task that asks is answered with what its agent offers, or in other words', () => {
  const question = { text: 'Stop?', options: ['Yes, at zero.'] };
  expect(nextSteps(queuedTask({ id: 'task-1', state: 'waiting', question }))).toEqual([
    "nightshift answer task-1 'Yes, at zero.'",
    "nightshift answer task-1 '…'   answer it in your own words",
  ]);
});
