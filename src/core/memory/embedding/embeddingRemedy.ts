import type { EmbedFailure } from '../embedder.ts';

/** What is done about texts that were not embedded. */
export type Remedy =
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** Each by itself: one of them may be what it failed of. */
  | { readonly do: 'divide' }
  | { readonly do: 'leave-out' }
  | { readonly do: 'stop' };

/** Milliseconds. A server that is being started is there soon; one that is off for the day is not asked every second. */
const shortestWait = 2_000;
const longestWait = 5 * 60_000;

/** A thread that died is there again at once. */
const restartWait = 500;

/** Times that the same texts may break the model before they are taken apart. */
const mostBreaks = 2;

/** So many texts in a row that a model takes none of are no accident. */
export const mostLeftOut = 8;

export interface Setback {
  readonly reason: EmbedFailure['reason'];
  /** Setbacks in a row without a vector in between, this one counted. */
  readonly times: number;
  /** How many were given at once. */
  readonly texts: number;
  /** Texts left out in a row. */
  readonly leftOut: number;
}

export function remedyFor({ reason, times, texts, leftOut }: Setback): Remedy {
  switch (reason) {
    case 'unreachable':
    case 'model-missing':
      return { do: 'wait', milliseconds: Math.min(longestWait, shortestWait * 2 ** Math.min(times - 1, 20)) };
    case 'model-unusable':
    case 'aborted':
      return { do: 'stop' };
    case 'failed':
      if (times <= mostBreaks) {
        return { do: 'wait', milliseconds: restartWait };
      }
      break;
    case 'rejected':
      break;
  }
  if (texts > 1) {
    return { do: 'divide' };
  }
  return leftOut + 1 >= mostLeftOut ? { do: 'stop' } : { do: 'leave-out' };
}
