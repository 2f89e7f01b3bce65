import { readPromptCount, surelyWholeTokens } from './tokenEstimate.ts';

/**
 * Whether the server dropped part of the prompt without a word. Ollama cuts the oldest messages to its window and answers
 * 200; the only sign is a prompt count far below what was sent. An unknown count is no sign.
 */
export function contextTruncated(estimate: number, promptCount: number | undefined, alreadySent = 0): boolean {
  return (
    readPromptCount(estimate, promptCount, alreadySent) === 'truncated' && !tooSmallToCut(estimate, promptCount ?? 0)
  );
}

/** A short prompt fits every window: there a low count says only that the estimate is not calibrated yet. */
function tooSmallToCut(estimate: number, promptCount: number): boolean {
  return estimate <= surelyWholeTokens && promptCount >= estimate * 0.4;
}
