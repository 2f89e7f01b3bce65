import type { RecallReason } from '../../../protocol/memory.ts';
import type { Candidate } from './room.ts';
import type { TraceEvidence } from './traceEvidence.ts';

/** What a stack trace leads to among rows of one kind, by id; `weight` 0 to 1. */
export type Led = ReadonlyMap<string, { readonly weight: number; readonly reasons: readonly RecallReason[] }>;

export function ledTo(evidence: readonly TraceEvidence[], kind: TraceEvidence['kind']): Led {
  return new Map(
    evidence
      .filter((one) => one.kind === kind)
      .map(({ id, weight, reason }) => [id, { weight, reasons: [{ by: 'trace', text: reason }] }]),
  );
}

/** Adds to scores that compare with those of other rooms what the trace says of them, and its reasons before the others. */
export function raiseLed(
  candidates: readonly Candidate[],
  led: Led,
  idOf: (candidate: Candidate) => string | undefined,
  weight: number,
): Candidate[] {
  return candidates
    .map((candidate) => {
      const by = led.get(idOf(candidate) ?? '');
      const { hit } = candidate;
      return by === undefined
        ? candidate
        : {
            ...candidate,
            hit: { ...hit, score: hit.score + weight * by.weight, reasons: [...by.reasons, ...hit.reasons] },
          };
    })
    .sort((a, b) => b.hit.score - a.hit.score);
}
