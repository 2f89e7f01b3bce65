import type { Sha256 } from '../../base/hash.ts';
import type { Finding } from '../findings/finding.ts';
import { protectedByName } from '../policy/protectedPaths.ts';
import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** Findings of one task; more would not be read. */
export const mostFindings = 50;

export type TaskFinding = Omit<TraceEventData<'finding-reported'>, 'run'>;

export function withFinding(task: Task, { run: _run, ...finding }: TraceEventData<'finding-reported'>): Task {
  return task.findings.length >= mostFindings ? task : { ...task, findings: [...task.findings, finding] };
}

/** What the agent of a task reported, as it is kept; nothing of a task that was discarded. */
export function findingsOf({ id, state, findings }: Task, sha256: Sha256): readonly Finding[] {
  return (state === 'discarded' ? [] : findings).map(({ fix, ...said }, index) => ({
    ...said,
    id: `finding-${sha256(`${id} ${index}`).slice(0, 12)}`,
    tool: 'Nightshift',
    rule: '',
    task: id,
    // A patch of an agent for a file that only a person changes goes through its review.
    ...(fix === undefined || protectedByName(said.path) !== undefined ? {} : { fix: [{ ...fix, path: said.path }] }),
  }));
}
