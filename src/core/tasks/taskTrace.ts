import type { TraceEntry } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** The one way to change a task: record an event, get the folded task back. */
export interface TaskTrace {
  /** The fold of everything recorded so far. */
  task(): Task;
  record(entry: TraceEntry): Promise<Task>;
  /** Keeps a payload beside the trace under its hash. */
  putArtifact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }>;
}
