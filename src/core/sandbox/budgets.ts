import type { GuestMethod } from '../../protocol/guest.ts';

const mebibyte = 2 ** 20;

/** Bytes of answers a box may send in its life, by method: a hostile one cannot fill the host's memory or disk through us. */
const methodBudgets: Readonly<Partial<Record<GuestMethod, number>>> = {
  hello: 64 * 1024,
  begin_tree: 64 * 1024,
  end_tree: 64 * 1024,
  read_file: 128 * mebibyte,
  read_bytes: 256 * mebibyte,
  search_text: 128 * mebibyte,
};
const otherMethods = 64 * mebibyte;

export function methodBudget(method: GuestMethod): number {
  return methodBudgets[method] ?? otherMethods;
}

/** Answers that fit no request or no schema; at this many the box is destroyed. */
export const maxViolations = 3;

/** Bytes a box may write to its error stream, which only our own guest uses, before it counts as an attack. */
export const maxStderrBytes = 4 * mebibyte;

/** Milliseconds the host waits for one answer, where the caller gives none. */
export function defaultDeadline(method: GuestMethod): number {
  return method === 'list_changes' || method === 'end_tree' ? 60_000 : 30_000;
}

/** Milliseconds of the host's own deadlines on the engine. */
export const engineDeadlines = {
  answer: 10_000,
  create: 10_000,
  attach: 10_000,
  start: 15_000,
  kill: 5_000,
  remove: 10_000,
  /** What the engine knows of a box that ended. */
  end: 2_000,
  /** A probe box, from start to its first typed reply. */
  probe: 5_000,
  /** A tree upload, where the caller gives none. */
  upload: 180_000,
} as const;

/** Failures in a row after which a runtime rests. */
export const runtimeBreakerLimit = 3;

/** Milliseconds of that rest; then one probe decides whether it is used again. */
export const runtimeRest = 60_000;
