import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { TraceEntry, TraceEvent } from '../trace/traceEvent.ts';

export interface JournalFailure extends Failure<'io' | 'corrupt' | 'missing'> {
  /** Of a damaged trace: the events before the damage. */
  readonly readable?: readonly TraceEvent[];
}

/** The append-only trace of one task. One writer. */
export interface Journal {
  readonly task: string;
  readonly events: readonly TraceEvent[];
  /**
   * Appends and answers the event in its place. Intents, results of effects, moves and the end of a run are synced to disk
   * before this resolves; the rest may be up to 200 ms behind.
   */
  append(entry: TraceEntry): Promise<TraceEvent>;
  close(): Promise<void>;
}

export interface TaskStore {
  create(task: string): Promise<Result<Journal, JournalFailure>>;
  /** Opens for writing. A torn last line is cut off and recorded as `journal-recovered`; a broken chain is `corrupt`. */
  open(task: string): Promise<Result<Journal, JournalFailure>>;
  list(): Promise<readonly string[]>;
  /** Keeps a payload under its hash; idempotent. */
  putArtifact(task: string, bytes: Uint8Array): Promise<{ sha256: string; bytes: number }>;
  getArtifact(task: string, sha256: string): Promise<Uint8Array | undefined>;
}
