import type { Sha256 } from '../../../base/hash.ts';
import type { TraceEvent } from '../traceEvent.ts';

/**
 * Ids come from the task and the number of the event that opens the span, so that whatever is exported twice, in another way or
 * after a kill, is the same span again.
 */
export function traceIdOf(task: string, sha256: Sha256): string {
  return notZero(sha256(`nightshift trace ${task}`).slice(0, 32));
}

/** `opener` is the number of the event that opens the span; the root has an id of its own, as any event may be the first. */
export function spanIdOf(task: string, opener: number | 'root', sha256: Sha256): string {
  return notZero(sha256(`nightshift span ${task} ${opener}`).slice(0, 16));
}

/** An id of zeros only is no id. */
function notZero(digits: string): string {
  return /^0+$/.test(digits) ? `${digits.slice(1)}1` : digits;
}

/** The last millisecond whose nanoseconds fit the 64 bits of the wire, in the year 2554. */
const lastMillisecond = 18_446_744_073_709;

/** Milliseconds since the epoch; `otherwise` for a time of day that is none. */
export function timeOf({ ts }: TraceEvent, otherwise: number): number {
  const time = Date.parse(ts);
  return Number.isNaN(time) ? otherwise : Math.min(Math.max(time, 0), lastMillisecond);
}
