import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** Findings of one task; more would not be read. */
export const mostFindings = 50;

export type TaskFinding = Omit<TraceEventData<'finding-reported'>, 'run'>;

export function withFinding(task: Task, { run: _run, ...finding }: TraceEventData<'finding-reported'>): Task {
  return task.findings.length >= mostFindings ? task : { ...task, findings: [...task.findings, finding] };
}
