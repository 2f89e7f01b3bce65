import type { HunkView } from '../../protocol/taskView.ts';
import { type Hunk, sameHunk, withoutHunks } from '../changes/hunks.ts';

/** What a person decided of the parts of a changed file, where that is not the whole file accepted. */
export interface FileDecision {
  readonly path: string;
  /** Stand in the checkout. */
  readonly accepted: readonly Hunk[];
  readonly rejected: readonly Hunk[] | 'whole';
  /** Hunks that the file has; 0 where there are none to choose from. */
  readonly of: number;
}

export function isDecided({ accepted, rejected, of }: FileDecision): boolean {
  return rejected === 'whole' || accepted.length + rejected.length >= of;
}

export function decisionOf(decisions: readonly FileDecision[], path: string): FileDecision | undefined {
  return decisions.find((decision) => decision.path === path);
}

/** The decisions with a newer one on these hunks of a file: what is accepted is no longer rejected. */
export function withAccepted(
  decisions: readonly FileDecision[],
  { path, hunks, of }: { readonly path: string; readonly hunks: readonly Hunk[]; readonly of: number },
): readonly FileDecision[] {
  const before = decisionOf(decisions, path)?.rejected ?? [];
  const rejected = before === 'whole' ? [] : withoutHunks(before, hunks);
  return [...without(decisions, path), { path, accepted: hunks, rejected, of }];
}

export function withRejected(
  decisions: readonly FileDecision[],
  { path, hunks, of }: { readonly path: string; readonly hunks: readonly Hunk[] | 'whole'; readonly of: number },
): readonly FileDecision[] {
  const accepted = decisionOf(decisions, path)?.accepted ?? [];
  const others = without(decisions, path);
  return accepted.length === 0 && hunks.length === 0 ? others : [...others, { path, accepted, rejected: hunks, of }];
}

export function without(decisions: readonly FileDecision[], path: string): readonly FileDecision[] {
  return decisions.filter((decision) => decision.path !== path);
}

export function hunkStatus(hunk: Hunk, decision: FileDecision | undefined, applied: boolean): HunkView['status'] {
  if (applied || decision?.accepted.some((other) => sameHunk(hunk, other)) === true) {
    return 'accepted';
  }
  const rejected = decision?.rejected ?? [];
  return rejected === 'whole' || rejected.some((other) => sameHunk(hunk, other)) ? 'rejected' : 'open';
}
