import type { TraceEntry, TraceEvent } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/** The one way to change a task: record an event, get the folded task back. */
export interface TaskTrace {
  /** The fold of everything recorded so far. */
  task(): Task;
  /**
   * A function decides on the newest fold, with nothing recorded in between: what is checked there still holds when the entry
   * stands in the trace.
   */
  record(entry: TraceEntry | ((task: Task) => TraceEntry)): Promise<Task>;
  /** Keeps a payload beside the trace under its hash, without the secrets in it: the hash is of what is kept. */
  putArtifact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }>;
  /** Every event recorded so far, in order, read again from where it is kept. */
  history(): AsyncIterable<TraceEvent>;
}
