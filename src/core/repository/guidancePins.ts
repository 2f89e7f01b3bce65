import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';

/** A person's word that exactly these bytes at this path are instructions of theirs. */
export interface GuidancePin {
  readonly path: string;
  /** Of the exact bytes; any other content is not pinned. */
  readonly sha256: string;
}

/** What a person pinned in one workspace, kept apart from it. */
export interface GuidancePins {
  /** None for pins that cannot be read: then nothing is trusted. */
  all(): Promise<readonly GuidancePin[]>;
  /** In place of an earlier pin of the same path. */
  pin(pin: GuidancePin): Promise<Result<void, Failure>>;
  unpin(path: string): Promise<Result<void, Failure>>;
}

export function isPinned(pins: readonly GuidancePin[], { path, sha256 }: GuidancePin): boolean {
  return pins.some((pin) => pin.path === path && pin.sha256 === sha256);
}
