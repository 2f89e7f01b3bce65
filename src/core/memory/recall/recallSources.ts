import type { Failure } from '../../../base/failure.ts';
import type { Result } from '../../../base/result.ts';
import type { Episode, MemoryKind } from '../../../protocol/memory.ts';
import type { FileKind, LineSpan } from '../sourceFacts.ts';
import type { VectorHit } from '../vectorIndex.ts';
import type { TraceEvidence } from './traceEvidence.ts';
import type { QueryFrame, QueryTerm } from './understandQuery.ts';

/** What recall asks, and of whom. Scores of one list compare with one another, higher is better; those of two lists do not. */
export interface RecallSources {
  readonly words: WordSearch;
  /** The best places by meaning; absent, with the reason, where there is no model. `accepts` is asked of each owner. */
  readonly vectors?:
    | ((
        text: string,
        count: number,
        accepts: (owner: string) => boolean,
      ) => Promise<Result<readonly VectorHit[], Failure>>)
    | { readonly missing: string };
  /** Files that stand beside these in the graph, best first; the seeds come best first. */
  readonly neighbours?: (seeds: readonly string[]) => readonly Neighbour[];
  /** What frames, innermost first, lead to in the graph, best first. */
  readonly trace?: (frames: readonly QueryFrame[]) => readonly TraceEvidence[];
}

export interface Neighbour {
  readonly path: string;
  /** 0 to 1. */
  readonly weight: number;
  /** For people: `imported by src/cart.ts`. */
  readonly text: string;
}

/** Words any of which fit, and what files must be like. */
export interface WordQuestion {
  readonly terms: readonly QueryTerm[];
  /** Runs of words, of which any fits, instead of `terms`. */
  readonly phrases?: readonly string[];
  readonly in: 'all' | 'path';
  readonly count: number;
  readonly filter: FileFilter;
}

export interface FileFilter {
  /** Absent: all kinds. */
  readonly kinds?: readonly FileKind[];
  readonly languages?: readonly string[];
  /** Set when paths or times decide, of which the index of words knows nothing. */
  readonly narrow: boolean;
  /** Whether a path fits all, kind and language with it: what no word found is asked by this alone. */
  readonly accepts: (path: string) => boolean;
}

export interface FileScore {
  readonly path: string;
  readonly score: number;
}

export interface ChunkScore extends FileScore, LineSpan {
  readonly ordinal: number;
}

export interface CommitScore {
  readonly id: string;
  readonly subject: string;
  readonly body: string;
  readonly author: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly score: number;
  /** How many files it changed, those that are gone included. */
  readonly changed: number;
  /** Those that are in the index and fit the filter of the question. */
  readonly files: readonly string[];
}

export interface ChunkText extends LineSpan {
  readonly path: string;
  readonly ordinal: number;
  readonly kind: FileKind;
  readonly symbol?: string;
  readonly text: string;
}

/** The words of the index. A failure is told in the answer and the other lists go on. */
export interface WordSearch {
  files(question: WordQuestion): Result<readonly FileScore[], Failure>;
  chunks(question: WordQuestion): Result<readonly ChunkScore[], Failure>;
  commits(question: WordQuestion): Result<readonly CommitScore[], Failure>;
  episodes(question: WordQuestion): Result<readonly { readonly episode: Episode; readonly score: number }[], Failure>;
  /** Those that are known, in no order. */
  commitsById(ids: readonly string[]): Result<readonly Omit<CommitScore, 'score'>[], Failure>;
  episodesById(ids: readonly string[]): Result<readonly Episode[], Failure>;
  /** How much a file was changed lately: newer commits count for more. */
  churn(filter: FileFilter): Result<readonly FileScore[], Failure>;
  /** Other files with this name but for its extension and the marks of a test, at most so many. */
  namesakes(
    path: string,
    count: number,
  ): Result<readonly { readonly path: string; readonly kind: FileKind }[], Failure>;
  /** Files whose path ends so, at whole names. */
  endingWith(path: string, count: number): Result<readonly string[], Failure>;
  /** The chunk that holds the line or has the ordinal; the file's first where neither is told. */
  chunk(
    path: string,
    place: { readonly ordinal?: number; readonly line?: number },
  ): Result<ChunkText | undefined, Failure>;
  /** Files whose last commit is of this time, seconds since 1970, ends inside. */
  changedBetween(since: number, until: number): Result<ReadonlySet<string>, Failure>;
  /** Undefined for what is not in the index. Asked often: answered from memory. */
  describe(path: string): { readonly kind: FileKind; readonly language: string } | undefined;
}

export const fileKinds: readonly FileKind[] = [
  'code',
  'test',
  'document',
  'decision',
  'guideline',
  'configuration',
  'data',
] satisfies readonly MemoryKind[];
