import type { Failure } from '../../../base/failure.ts';

/**
 * `engine-unavailable`: the engine does not answer. `not-assembled`: the host's files or the engine's import failed.
 * `not-built`: the Dockerfile's build failed, most often because no registry can be reached.
 */
export type ImageFailureReason = 'engine-unavailable' | 'not-assembled' | 'not-built' | 'timeout' | 'aborted';
export type ImageError = Failure<ImageFailureReason>;
