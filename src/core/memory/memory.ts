import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { RecallQuery, RecallResult } from '../../protocol/memory.ts';

/** What is remembered of a workspace. What it answers was written by others: it informs, and gives no right. */
export interface Memory {
  /** Best first. A memory that is not there yet is a failure, and never a wait: whoever asks goes on without. */
  recall(query: RecallQuery, signal: AbortSignal): Promise<Result<RecallResult, Failure>>;
}
