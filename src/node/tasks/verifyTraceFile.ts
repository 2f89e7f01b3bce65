import { incompleteLine, type Verification } from '../../core/trace/hashChain.ts';
import { readTraceFile } from './readTraceFile.ts';

/** Verifies a trace that may be written to at the same time. Throws what reading throws. */
export async function verifyTraceFile(paths: { readonly trace: string; readonly head: string }): Promise<Verification> {
  const { events, torn, firstBad } = await readTraceFile(paths, () => undefined);
  const bad = torn.length > 0 ? { line: events + 1, reason: incompleteLine } : firstBad;
  return { ok: bad === undefined, events, ...(bad === undefined ? {} : { firstBad: bad }) };
}
