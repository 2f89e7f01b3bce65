import { findRepository } from '../host/findRepository.ts';
import { workspacePaths } from '../host/paths.ts';
import { openTraces, type TraceFile } from '../host/trace/openTrace.ts';
import type { CliFailure, Invocation } from './command.ts';
import { findTask } from './findTask.ts';
import { repositoryFolder } from './withHost.ts';

/** Finds the trace of the task that the first operand names, on disk: also of a task that no agent host could open. */
export async function withTrace(
  invocation: Invocation,
  use: (trace: TraceFile, root: string, workspace: string) => Promise<number | CliFailure>,
): Promise<number | CliFailure> {
  const repository = await findRepository(repositoryFolder(invocation), invocation.signal);
  if (!repository.ok) {
    return repository.error;
  }
  const { root } = repository.value;
  const paths = workspacePaths(root, invocation.io.environment);
  const traces = await openTraces(paths);
  if (!traces.ok) {
    return traces.error;
  }
  const tasks = (await traces.value.list()).map((id) => ({ id }));
  const found = findTask(tasks, invocation.positionals[0] ?? '');
  return found.ok ? use(traces.value.open(found.value.id), root, paths.id) : found.error;
}
