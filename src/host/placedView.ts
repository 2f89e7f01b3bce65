import type { Placement } from '../core/repository/history.ts';
import type { HostResult } from '../protocol/host.ts';

/** Where an accepted change went, for clients. */
export function placedView({ kind, commit, directory }: Placement): HostResult<'applyTask'>['placed'] {
  return {
    kind,
    ...(commit === undefined ? {} : { commit: commit.id, branch: commit.branch }),
    ...(directory === undefined ? {} : { directory }),
  };
}
