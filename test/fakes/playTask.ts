import type { TaskView } from '../../src/protocol/taskView.ts';
import type { MemoryHostService } from './memoryHostService.ts';
import { readyTask, sampleLines } from './sampleTasks.ts';

/** Plays a task to the end that its goal names: `green` (also any other goal), `red`, `unverified`, `failed`, `engine`, or `hang`. */
export function playTask(service: MemoryHostService, task: TaskView): void {
  const working = service.put({ ...task, state: 'working', activity: 'Reading src/sum.js' });
  for (const line of sampleLines) {
    service.trace(task.id, line);
  }
  const { id, goal, createdAt } = working;
  const done = readyTask({ id, goal, createdAt });
  if (goal === 'hang') {
    service.setBusy(true);
  } else if (goal === 'failed') {
    service.put({
      ...working,
      state: 'failed',
      reason: { code: 'stuck', message: 'The same call gave the same result 4 times.' },
    });
  } else if (goal === 'engine') {
    service.put({
      ...working,
      state: 'failed',
      reason: { code: 'engine-unavailable', message: 'No Docker engine answers. Start Docker.' },
    });
  } else if ((goal === 'red' || goal === 'unverified') && done.proof !== undefined) {
    service.put({ ...done, proof: { ...done.proof, verdict: goal } });
  } else {
    service.put(done);
  }
}
