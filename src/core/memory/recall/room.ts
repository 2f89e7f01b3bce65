import type { Failure } from '../../../base/failure.ts';
import type { Result } from '../../../base/result.ts';
import type { RecallHit, RecallQuery } from '../../../protocol/memory.ts';
import { coverage } from './describeHit.ts';
import type { CommitScore, FileFilter, RecallSources, WordQuestion } from './recallSources.ts';
import type { RecallWeights } from './recallWeights.ts';
import type { TraceEvidence } from './traceEvidence.ts';
import type { UnderstoodQuery } from './understandQuery.ts';

/** What each room is asked: files, commits and episodes are ranked by themselves first. */
export interface RoomRequest {
  readonly query: RecallQuery;
  readonly understood: UnderstoodQuery;
  readonly sources: RecallSources;
  readonly weights: RecallWeights;
  /** Best first; empty for a question without a stack trace. */
  readonly traced: readonly TraceEvidence[];
  /** Signatures of the errors that the question tells. */
  readonly errors: readonly string[];
  /** Commits with alike messages, whatever they changed; searched for once, by whoever asks first. */
  readonly commits: () => Result<readonly CommitScore[], Failure>;
  /** What was not searched, and why; each says so once. */
  readonly missing: Set<string>;
}

/** A hit with what its snippet is cut from. */
export interface Candidate {
  readonly hit: RecallHit;
  readonly text: string;
  /** Of the text, in the file; absent where it is of no file. */
  readonly startLine?: number;
}

/** A room is worth at least this: its best may be there by its meaning or its place, and share no word with the question. */
const leastWorth = 0.25;

/** Hits of a room that are looked at for what it is worth. */
const looked = 3;

/**
 * Makes scores of different rooms compare: the best of a room gets as its score which share of the question it covers, and the
 * others as much less as they are behind it. `least`: what it is worth at least, from 0 to 1. Best first, as before.
 */
export function worth(candidates: readonly Candidate[], understood: UnderstoodQuery, least = leastWorth): Candidate[] {
  const top = candidates[0]?.hit.score ?? 0;
  const shares = candidates
    .slice(0, looked)
    .map(({ hit, text }) => coverage(understood, `${hit.path ?? ''} ${hit.title} ${text}`).share);
  const value = Math.max(least, ...shares);
  return top <= 0
    ? []
    : candidates.map((candidate) => ({
        ...candidate,
        hit: { ...candidate.hit, score: (value * candidate.hit.score) / top },
      }));
}

export function rowsOf<T>(result: Result<readonly T[], Failure>, part: string, missing: Set<string>): readonly T[] {
  if (!result.ok) {
    missing.add(`${part}: ${result.error.message}`);
  }
  return result.ok ? result.value : [];
}

const anyFile: FileFilter = { narrow: false, accepts: () => true };

/** All words of the question, whatever the file. */
export function messageQuestion(understood: UnderstoodQuery, count: number): WordQuestion {
  return {
    terms: understood.messageTerms.length > 0 ? understood.messageTerms : understood.terms,
    in: 'all',
    count,
    filter: anyFile,
  };
}
