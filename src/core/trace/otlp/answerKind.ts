import * as z from 'zod';

/** What a receiver's answer means for the spans that were sent to it. */
export type PostOutcome =
  /** `rejected` of the spans were not taken, and will not be. */
  | { readonly kind: 'accepted'; readonly rejected: number; readonly message: string }
  /** Not now: the same spans again after a pause, of the length that the receiver asked for where it did. */
  | { readonly kind: 'later'; readonly afterMs?: number; readonly message: string }
  /** The receiver does not take these spans, whenever they come. */
  | { readonly kind: 'unwanted'; readonly message: string }
  /** The address or the headers are wrong: nothing that is sent there now would be taken. */
  | { readonly kind: 'refused'; readonly message: string };

/** By the protocol only these are tried again. */
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** What is wrong is in the request's body. */
const aboutTheBody: ReadonlySet<number> = new Set([400, 413, 422]);

/** A counter of 64 bits is text in JSON; receivers are known that send a number. */
const partialSchema = z.object({
  partialSuccess: z
    .object({
      rejectedSpans: z.union([z.string().regex(/^\d{1,19}$/), z.int().nonnegative()]).optional(),
      errorMessage: z.string().optional(),
    })
    .optional(),
});

/** `now` is milliseconds since the epoch, for a `Retry-After` that is a date. */
export function answerKind(
  { status, retryAfter, body }: { readonly status: number; readonly retryAfter: string | null; readonly body: string },
  now: number,
): PostOutcome {
  if (status >= 200 && status < 300) {
    const partial = partialSchema.safeParse(parsedJson(body)).data?.partialSuccess;
    return { kind: 'accepted', rejected: Number(partial?.rejectedSpans ?? 0), message: partial?.errorMessage ?? '' };
  }
  const message = `the receiver answered ${status}${body.trim() === '' ? '' : `: ${body.trim().slice(0, 200)}`}`;
  if (retryable.has(status)) {
    const afterMs = pauseAskedFor(retryAfter, now);
    return { kind: 'later', message, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return { kind: aboutTheBody.has(status) ? 'unwanted' : 'refused', message };
}

/** Milliseconds. A receiver may ask for more than we would take. */
const firstPause = 1_000;
const longestPause = 5 * 60_000;
const longestAskedFor = 60 * 60_000;

/** Doubles from a second to five minutes; `random` from 0 to 1 spreads the attempts of several hosts. */
export function retryPause(attempt: number, afterMs: number | undefined, random: number): number {
  const doubled = Math.min(longestPause, firstPause * 2 ** Math.min(attempt, 20));
  return afterMs === undefined ? doubled * (0.5 + random / 2) : Math.min(longestAskedFor, afterMs);
}

function pauseAskedFor(retryAfter: string | null, now: number): number | undefined {
  if (retryAfter === null) {
    return undefined;
  }
  if (/^\s*\d{1,9}\s*$/.test(retryAfter)) {
    return Number(retryAfter) * 1_000;
  }
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
