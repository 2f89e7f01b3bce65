import type { Failure } from '../../base/failure.ts';

/**
 * `bad-definition`: a file of the repository that says something it may not; `needs-approval`: the user has not agreed to it;
 * `setup-failed`: a step ended with an error; `image-unusable`: the image cannot be had or cannot carry a sandbox.
 */
export type EnvironmentFailureReason =
  | 'bad-definition'
  | 'needs-approval'
  | 'setup-failed'
  | 'image-unusable'
  | 'engine-unavailable'
  | 'timeout'
  | 'aborted';

export type EnvironmentFailure = Failure<EnvironmentFailureReason>;
