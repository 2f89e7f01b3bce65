import type { Episode, Outcome } from '../../../protocol/memory.ts';

/**
 * How much an episode counts for beside others that are as alike: what was taken over is worth more than what nobody has judged, and that
 * more than what did not do; that it failed is worth knowing too. Set by judgement, not measured.
 */
const worths: Readonly<Record<Outcome, number>> = {
  accepted: 1.25,
  open: 1,
  failed: 0.8,
  rejected: 0.7,
  reverted: 0.6,
};

/** Of one whose code was changed since. */
const staleWorth = 0.75;

/** Greater than 0: to multiply the score of an episode by. */
export function episodeWorth({ outcome, stale }: Pick<Episode, 'outcome' | 'stale'>): number {
  return worths[outcome] * (stale ? staleWorth : 1);
}

/** The same beside what counts for most: over 0 to 1. */
export function episodeShare(episode: Pick<Episode, 'outcome' | 'stale'>): number {
  return episodeWorth(episode) / Math.max(...Object.values(worths));
}

const words: Readonly<Record<Outcome, string>> = {
  accepted: 'the user accepted it',
  open: 'not decided yet',
  failed: 'it failed: this way did not do',
  rejected: 'the user rejected it: do not repeat it as it is',
  reverted: 'the user accepted it and took it back later: do not repeat it as it is',
};

/** What became of it, for people and for agents, in a few words. */
export function outcomeWords({ outcome, stale }: Pick<Episode, 'outcome' | 'stale'>): string {
  return `${words[outcome]}${stale ? '; code that it changed was changed since' : ''}`;
}
