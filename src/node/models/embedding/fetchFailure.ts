import { errorText, type Failure, failure } from '../../../base/failure.ts';

export type FetchFailure = Failure<
  | 'bad-name'
  | 'unreachable'
  | 'not-found'
  | 'refused'
  | 'interrupted'
  | 'wrong-content'
  | 'changed'
  | 'no-space'
  | 'unusable'
  | 'busy'
  | 'aborted'
  | 'failed'
>;

/** What went wrong at our own disk. */
export function diskFailure(thrown: unknown, path: string): FetchFailure {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return failure('no-space', `The disk of ${path} is full: free some space and try again; what was fetched is kept.`);
  }
  return failure('failed', `${path} cannot be written (${errorText(thrown)}); look at its rights.`);
}
