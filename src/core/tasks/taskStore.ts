import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { Checkpoint } from '../trace/hashChain.ts';
import type { TraceEntry, TraceEvent } from '../trace/traceEvent.ts';

/** `foreign`: another version of this product wrote it, which nobody need have changed. */
export type JournalFailure = Failure<'io' | 'corrupt' | 'foreign' | 'missing'>;

/** The append-only trace of one task. One writer. Holds no event in memory. */
export interface Journal {
  readonly task: string;
  /** Events in the trace. */
  readonly count: number;
  /** Place of the last line; undefined in an empty trace. */
  readonly head: Checkpoint | undefined;
  /** True after an error that leaves open what is on disk: appends throw until the task is opened again. */
  readonly broken: boolean;
  /**
   * Appends and answers the event in its place. Intents, results of effects, moves and the end of a run are synced to disk
   * before this resolves; the rest may be up to 200 ms behind. Secrets are taken out before anything is written: the answer is
   * the event as it stands in the trace.
   */
  append(entry: TraceEntry): Promise<TraceEvent>;
  /** Syncs and lets go of the open file until the next append. Never rejects: a failure is met by the next append. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export interface TaskStore {
  create(task: string): Promise<Result<Journal, JournalFailure>>;
  /**
   * Opens for writing. A torn last line is cut off and recorded as `journal-recovered`; a broken chain is `corrupt`. `onEvent`
   * gets every event in order before this resolves; of a damaged trace those before the damage.
   */
  open(task: string, onEvent: (event: TraceEvent) => void): Promise<Result<Journal, JournalFailure>>;
  /**
   * A page of a trace as it is on disk: the events from number `from` on, at most 1,000 and about 4 MiB of them, at least one
   * where there is one. Empty at the end.
   */
  read(task: string, from: number): Promise<Result<readonly TraceEvent[], JournalFailure>>;
  /** Every task of which anything is kept, also one whose creation or removal was broken off: opening that one is `missing`. */
  list(): Promise<readonly string[]>;
  /** Removes everything kept of a task that nobody was told of. Its journal is closed. Throws what the file system throws. */
  remove(task: string): Promise<void>;
  /** Keeps a payload under its hash, without the secrets in it where it is text: the hash is of what is kept. Idempotent. */
  putArtifact(task: string, bytes: Uint8Array): Promise<{ sha256: string; bytes: number }>;
  getArtifact(task: string, sha256: string): Promise<Uint8Array | undefined>;
}
