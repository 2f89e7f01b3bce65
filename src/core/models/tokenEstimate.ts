import * as z from 'zod';
import type { Usage } from './languageModel.ts';

/** Characters of source code per token, before a model's own counts are known. */
const charactersPerToken = 3.2;

/** A server's count below this share of the estimate is not the count of the whole prompt. */
const wholePromptShare = 0.7;

/**
 * No window in use is smaller than 4,096 tokens, so a prompt estimated below this was counted whole, however far the
 * uncalibrated estimate is off.
 */
export const surelyWholeTokens = 3_000;

/** Weight of a new sample in the running average. */
const sampleWeight = 0.3;

/** A factor beyond these is no tokenizer's: what it was taken from was no count of the whole prompt. */
const factors = { least: 0.25, most: 4 };

/** How a model's tokenizer compares with the default estimate. Kept per model; plain data. */
export const calibrationSchema = z.object({
  /** Tokens counted per token estimated by default; 1 until the model's counts are known. */
  factor: z.number().min(factors.least).max(factors.most),
  samples: z.int().nonnegative(),
});

export type Calibration = Readonly<z.infer<typeof calibrationSchema>>;

export const uncalibrated: Calibration = { factor: 1, samples: 0 };

export type TokenEstimator = (text: string) => number;

/** Tokens of a text, rounded up. Ideographs are about a token each, other non-ASCII letters half a token. */
export function estimateTokens(text: string, calibration: Calibration = uncalibrated): number {
  return Math.ceil((weigh(text) / charactersPerToken) * calibration.factor);
}

export function createEstimator(calibration: Calibration = uncalibrated): TokenEstimator {
  return (text) => estimateTokens(text, calibration);
}

/**
 * Learns from one call: `estimated` as `estimateTokens` gave it with this calibration, `counted` as the server said.
 * A count that cannot be of the whole prompt (cut, or only the part that was not cached) teaches nothing.
 */
export function calibrate(calibration: Calibration, estimated: number, counted: number | undefined): Calibration {
  if (counted === undefined || counted <= 0 || estimated <= 0) {
    return calibration;
  }
  const ratio = counted / estimated;
  const lowest = estimated <= surelyWholeTokens && calibration.samples === 0 ? 0.4 : wholePromptShare;
  if (ratio < lowest || ratio > 3) {
    return calibration;
  }
  const observed = calibration.factor * ratio;
  const factor =
    calibration.samples === 0 ? observed : calibration.factor * (1 - sampleWeight) + observed * sampleWeight;
  return { factor: Math.min(factors.most, Math.max(factors.least, factor)), samples: calibration.samples + 1 };
}

/** Tokens of one call after it was made. `prompt` is the whole prompt, cached part included. */
export interface CallTokens {
  readonly prompt: number;
  readonly output: number;
  /** Output, and prompt tokens not already sent in the same run: what the token budget counts. */
  readonly new: number;
  /** False when the server's counts were missing or partial and an estimate stands in. */
  readonly exact: boolean;
}

/** Whether a count can be of a whole prompt of this estimate, and not of what a cut or a cache left of it. */
export function isWholePrompt(estimated: number, counted: number): boolean {
  return counted >= estimated * wholePromptShare;
}

type PromptCount = 'whole' | 'uncached' | 'truncated' | 'unknown';

/**
 * What a server's prompt count means. Some servers count only what their cache did not hold; that is told from a silent
 * cut by comparing with the part that was not sent before (`alreadySent`: the prefix in common with the call before).
 */
export function readPromptCount(estimated: number, counted: number | undefined, alreadySent = 0): PromptCount {
  if (counted === undefined) {
    return 'unknown';
  }
  if (isWholePrompt(estimated, counted)) {
    return 'whole';
  }
  const fresh = Math.max(0, estimated - alreadySent);
  const slack = 64;
  if (alreadySent > 0 && counted >= fresh * wholePromptShare - slack && counted <= fresh / wholePromptShare + slack) {
    return 'uncached';
  }
  return 'truncated';
}

interface CallCounts {
  readonly usage: Usage;
  /** Estimates, used where the server counted nothing. */
  readonly estimated: { readonly prompt: number; readonly output: number };
  /** Tokens of the prefix that the prompt has in common with the call before in the same run; see `alreadySentTokens`. */
  readonly alreadySent: number;
}

export function countCall(call: CallCounts): CallTokens {
  const { usage, estimated, alreadySent: sent } = call;
  const output = usage.output ?? estimated.output;
  const meaning = readPromptCount(estimated.prompt, usage.prompt, sent);
  const counted = usage.prompt ?? estimated.prompt;
  if (meaning === 'uncached') {
    return { prompt: sent + counted, output, new: output + counted, exact: false };
  }
  // After a cut the server's cache no longer matches what was sent: all that it processed is new work.
  const fresh = meaning === 'truncated' ? counted : Math.max(0, counted - sent);
  return { prompt: counted, output, new: output + fresh, exact: meaning === 'whole' && usage.output !== undefined };
}

/** Characters, where one that a tokenizer does not merge weighs as many as a whole token has. */
function weigh(text: string): number {
  let weight = text.length;
  for (const match of text.matchAll(/[^\0-\x7f]+/gu)) {
    for (const character of match[0]) {
      const point = character.codePointAt(0) ?? 0;
      weight += (point >= 0x2e80 ? charactersPerToken : charactersPerToken / 2) - character.length;
    }
  }
  return weight;
}
