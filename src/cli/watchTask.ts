import type { HostClient } from '../host/client/hostClient.ts';
import type { TraceLine } from '../protocol/host.ts';
import type { TaskView } from '../protocol/taskView.ts';
import type { CliFailure, Invocation } from './command.ts';
import { exitCode, runExitCode } from './exitCode.ts';
import { followTask } from './followTask.ts';
import { flag } from './optionValues.ts';

/** Milliseconds for a cancelled task to come to rest. */
const cancelMs = 15_000;

/** Runs a command that answers interrupts itself: its signal is aborted by the first. */
export async function watched(
  invocation: Invocation,
  run: (scoped: Invocation) => Promise<number | CliFailure>,
): Promise<number | CliFailure> {
  const interrupts = new AbortController();
  const listening = invocation.io.onInterrupt(() => interrupts.abort());
  try {
    return await run({ ...invocation, signal: interrupts.signal });
  } finally {
    listening.dispose();
  }
}

/** Tells what happens to a task until it rests, from line `start` of its trace on, and ends with how it stands; with `--detach` at once. */
export async function watchTask(
  invocation: Invocation,
  client: HostClient,
  task: TaskView,
  start = 0,
): Promise<number | CliFailure> {
  const { writer, values, signal } = invocation;
  if (flag(values, 'detach')) {
    writer.detached(task);
    return exitCode.done;
  }
  writer.started(task);
  let from = start;
  const onLine = (line: TraceLine): void => {
    from = line.seq + 1;
    writer.progress(task.id, line);
  };
  const follow = (until: AbortSignal) => followTask({ client, task: task.id, from, onLine, signal: until });
  const outcome = await follow(signal);
  if (signal.aborted) {
    return cancel(invocation, client, task, follow);
  }
  if (!outcome.ok) {
    return outcome.error;
  }
  const patch = outcome.value.changeset === undefined ? undefined : await client.request('patch', { task: task.id });
  writer.task(outcome.value, patch?.ok === true ? patch.value.patch : undefined);
  return runExitCode(outcome.value);
}

/** The first interrupt cancels the task and waits for it to rest; the next one ends the process. */
async function cancel(
  { writer }: Invocation,
  client: HostClient,
  task: TaskView,
  follow: (until: AbortSignal) => ReturnType<typeof followTask>,
): Promise<number> {
  writer.note('Cancelling the task. Interrupt again to leave at once.');
  const cancelled = await client.request('cancelTask', { task: task.id });
  const rested = cancelled.ok ? await follow(AbortSignal.timeout(cancelMs)) : cancelled;
  if (rested.ok) {
    const view = client.state.tasks.find((each) => each.id === task.id);
    writer.task(view ?? task);
  } else {
    writer.note(rested.error.message);
  }
  return exitCode.interrupted;
}
