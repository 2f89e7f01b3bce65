import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HostState, StateChanged } from '../../protocol/host.ts';

/** The host's state after one announced change. A number that does not follow the known one means that something was missed. */
export function applyChange(state: HostState, { previous, delta }: StateChanged): Result<HostState, Failure<'gap'>> {
  if (delta.seq <= state.seq) {
    return ok(state);
  }
  if (previous > state.seq) {
    return fail(failure('gap', `State changes ${state.seq + 1} to ${previous} did not arrive.`));
  }
  if (delta.kind === 'trace') {
    return ok({ ...state, seq: delta.seq });
  }
  if (delta.kind === 'memory') {
    return ok({ ...state, seq: delta.seq, memory: delta.status });
  }
  if (delta.kind === 'findings') {
    return ok({ ...state, seq: delta.seq, findings: delta.status });
  }
  const { task } = delta;
  const others = state.tasks.filter((each) => each.id !== task.id);
  const tasks = [task, ...others].sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
  return ok({ ...state, seq: delta.seq, tasks });
}
