import type { Proof } from '../changes/proof/proof.ts';
import type { TraceEvent } from '../trace/traceEvent.ts';

/** A proof with its place in the trace. */
export interface TracedProof {
  readonly seq: number;
  readonly at: string;
  readonly again?: string;
  readonly proof: Proof;
}

/** The newest proofs in a trace, newest first, at most `most`. */
export async function newestProofs(history: AsyncIterable<TraceEvent>, most: number): Promise<readonly TracedProof[]> {
  const proofs: TracedProof[] = [];
  for await (const event of history) {
    const proof = tracedProof(event);
    if (proof !== undefined) {
      proofs.unshift(proof);
      proofs.splice(most);
    }
  }
  return proofs;
}

/** The proof that a wish to prove again got. */
export async function proofFor(history: AsyncIterable<TraceEvent>, wish: string): Promise<TracedProof | undefined> {
  const proofs = await newestProofs(history, Number.POSITIVE_INFINITY);
  return proofs.find(({ again }) => again === wish);
}

function tracedProof(event: TraceEvent): TracedProof | undefined {
  if (event.type !== 'proof-ended') {
    return undefined;
  }
  const { again, proof } = event.data;
  return { seq: event.seq, at: event.ts, proof, ...(again === undefined ? {} : { again }) };
}
