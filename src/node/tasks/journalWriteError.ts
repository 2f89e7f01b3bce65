import { errorText, type Failure } from '../../base/failure.ts';
import { describeIoError } from './ioErrors.ts';

/**
 * Thrown by a journal that cannot record: a task must not go on without its trace, so this ends the loop instead of
 * travelling through it. `io`: the file system refused; `invalid`: the entry is not an event; `closed`: the journal was
 * closed, or gave up after an error that leaves open what is on disk, and must be opened again.
 */
export class JournalWriteError extends Error implements Failure<'io' | 'invalid' | 'closed'> {
  readonly reason: 'io' | 'invalid' | 'closed';

  constructor(reason: 'io' | 'invalid' | 'closed', message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'JournalWriteError';
    this.reason = reason;
  }

  static fromIo(thrown: unknown, doing: string, path: string): JournalWriteError {
    return thrown instanceof JournalWriteError
      ? thrown
      : new JournalWriteError('io', describeIoError(thrown, doing, path), thrown);
  }

  static invalid(task: string, type: string, cause?: unknown): JournalWriteError {
    const why = cause === undefined ? '' : ` (${errorText(cause)})`;
    return new JournalWriteError(
      'invalid',
      `The trace of ${task} cannot hold this ${type} event${why}; please report it.`,
      cause,
    );
  }
}
