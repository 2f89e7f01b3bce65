import { nothingSent, type SentBefore } from './promptPrefix.ts';
import { readPromptCount, surelyWholeTokens } from './tokenEstimate.ts';

/** A call that was made, in tokens. */
export interface SizedCall {
  readonly estimated: number;
  /** As the server counted the prompt; an unknown count is no sign of anything. */
  readonly counted: number | undefined;
  /** The part of the prompt that stood in the call before. */
  readonly before: SentBefore;
  /** An earlier count of the run can only have been of a whole prompt, see `isSurelyWhole`: so this one is no count of a cache's rest. */
  readonly countsWhole: boolean;
  /** The estimate was made with the model's own counts. */
  readonly calibrated: boolean;
  /** The window asked for. */
  readonly contextTokens: number;
}

export interface WindowJudgement {
  /** The server left out part of the prompt without a word. */
  readonly truncated: boolean;
  /** The window it really has, where it said so and that is less than was asked for. */
  readonly window?: number;
}

/** Share of its estimate that a text has at the least, and tokens that rounding may take. */
const leastOfFresh = 0.6;
const countSlack = 16;

/** How far a prompt may be beyond its estimate: a window that near may have been too small for it. */
const estimateMargin = 1.25;

/**
 * Whether the server dropped part of the prompt. Ollama cuts the oldest messages to its window and answers 200; the only signs are a
 * prompt count far below what was sent, one below what was counted before, and the window that the server says it has (`served`). What is
 * sent fits a window as wide as was asked for, so a server that says that it has it is believed, until a count that is known to be of
 * the whole prompt tells otherwise against an estimate made with the model's own counts.
 */
export function judgeWindow(call: SizedCall, served: number | undefined): WindowJudgement {
  const { estimated, counted, before } = call;
  const fewer = contextTruncated(estimated, counted, before, call.countsWhole);
  if (served === undefined) {
    return { truncated: fewer };
  }
  if (served >= call.contextTokens) {
    return { truncated: fewer && call.countsWhole && call.calibrated };
  }
  const cut = fewer || estimated * estimateMargin > served;
  return { truncated: cut || (!call.calibrated && fillsWindow(counted, served)), window: served };
}

/** What is left of a cut prompt: as much as fits, or half a window and a little where its last message alone is too long. */
function fillsWindow(counted: number | undefined, served: number): boolean {
  return counted !== undefined && (counted >= served * 0.8 || Math.abs(counted - served / 2 - 2) <= 1);
}

/** A count beyond all that a cache can have lacked: the server counts whole prompts. */
export function isSurelyWhole({
  estimated,
  counted,
  before,
}: Pick<SizedCall, 'estimated' | 'counted' | 'before'>): boolean {
  const fresh = Math.max(0, estimated - before.estimated);
  return before.counted > 0 && counted !== undefined && counted > fresh / leastOfFresh + countSlack;
}

/**
 * What the count alone tells. What was counted before is known to the token, so only the new part is uncertain: a server that drops
 * ever more of a growing conversation cannot pass for a tokenizer that merges ever more.
 */
export function contextTruncated(
  estimated: number,
  counted: number | undefined,
  before: SentBefore = nothingSent,
  countsWhole = false,
): boolean {
  if (counted === undefined) {
    return false;
  }
  const fresh = Math.max(0, estimated - before.estimated);
  const meaning = readPromptCount(estimated, counted, countsWhole ? 0 : before.counted);
  if (meaning === 'whole') {
    const fewer = counted < before.counted + fresh * leastOfFresh - countSlack;
    return fewer && (countsWhole || isSurelyWhole({ estimated, counted, before }));
  }
  return meaning === 'truncated' && !tooSmallToCut(estimated, counted);
}

/** A short prompt fits every window: there a low count says only that the estimate is not calibrated yet. */
function tooSmallToCut(estimated: number, counted: number): boolean {
  return estimated <= surelyWholeTokens && counted >= estimated * 0.4;
}

/** Of a window smaller than was asked for, what an answer may need at most: the prompt needs it more. */
const outputShare = 0.25;

/** Kept for what the estimate gets wrong. */
const safeShare = 0.9;

/**
 * Tokens of a prompt that the server surely has room for: by the window that it says it has, else as much as it left of the prompt that
 * it cut. Undefined while neither is known.
 */
export function servedRoom(
  { window, cutTo }: { readonly window?: number; readonly cutTo?: number },
  maxOutputTokens: number,
): number | undefined {
  if (window !== undefined) {
    return Math.floor(window * safeShare - Math.min(maxOutputTokens, window * outputShare));
  }
  return cutTo === undefined ? undefined : Math.floor(cutTo * safeShare);
}
