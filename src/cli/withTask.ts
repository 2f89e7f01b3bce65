import type { HostClient } from '../host/client/hostClient.ts';
import type { TaskView } from '../protocol/taskView.ts';
import type { CliFailure, Invocation } from './command.ts';
import { findTask } from './findTask.ts';
import { withHost } from './withHost.ts';

/** Operand of every command on one task. */
export const taskOperand = { name: 'ID', missing: 'Which task? Give its id; the beginning is enough.' } as const;

/** Connects and finds the task that the first operand names. */
export async function withTask(
  invocation: Invocation,
  use: (client: HostClient, task: TaskView, root: string) => Promise<number | CliFailure>,
  { trace } = { trace: false },
): Promise<number | CliFailure> {
  return withHost(invocation, { trace, start: true }, async (client, root) => {
    const task = findTask(client.state.tasks, invocation.positionals[0] ?? '');
    return task.ok ? use(client, task.value, root) : task.error;
  });
}
