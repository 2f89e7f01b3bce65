import type { FileDecision } from './fileDecision.ts';
import { type Hunk, hunksOf, withHunks, withoutHunks } from '../changes/hunks.ts';
import type { FileSides } from '../changes/planFile.ts';

/** `taken`: the base with what was accepted; `offered`: the result without what was rejected. Between them lies what is left to decide. */
export type ReviewSide = 'taken' | 'offered';

/** Null where that side of the file does not exist. */
export function reviewSide(
  { base, result }: FileSides,
  side: ReviewSide,
  decision: FileDecision | undefined,
  applied: boolean,
): Uint8Array | null {
  if (applied || decision === undefined) {
    return applied || side === 'offered' ? result : base;
  }
  if (decision.rejected === 'whole') {
    return base;
  }
  if (base === null || result === null) {
    return side === 'offered' ? result : base;
  }
  return (
    withHunks(base, result, side === 'taken' ? decision.accepted : offered(base, result, decision.rejected)) ?? base
  );
}

function offered(base: Uint8Array, result: Uint8Array, rejected: readonly Hunk[]): readonly Hunk[] {
  return withoutHunks(hunksOf(base, result) ?? [], rejected);
}
