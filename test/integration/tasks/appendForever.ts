import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { answer, created, toolCalled } from '../../fakes/traceEvents.ts';
import { testProtection } from '../../fakes/traceProtection.ts';

/** Runs as a process of its own until it is killed: appends to one trace and says each number that was acknowledged. */
const [root = '', mode = ''] = process.argv.slice(2);
const store = new FileTaskStore({ directory: `${root}/tasks`, heads: `${root}/heads`, protection: testProtection() });
const result = mode === 'create' ? await store.create('task-1') : await store.open('task-1', () => undefined);
if (!result.ok) {
  throw new Error(result.error.message);
}
const journal = result.value;
if (mode === 'create') {
  await journal.append(created());
}
const text = 'x'.repeat(20_000);
for (;;) {
  const event = await journal.append(
    journal.count % 5 === 0 ? toolCalled('edit_file', { path: 'a' }, 'write') : answer({ text }),
  );
  process.stdout.write(`${event.seq}\n`);
}
