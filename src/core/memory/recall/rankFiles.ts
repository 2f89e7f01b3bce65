import type { Failure } from '../../../base/failure.ts';
import type { Result } from '../../../base/result.ts';
import type { RecallReason } from '../../../protocol/memory.ts';
import type { VectorHit } from '../vectorIndex.ts';
import { type FusedFile, fuseLists, poolPieces, type RankedList, sortFused } from './fuseLists.ts';
import type {
  ChunkScore,
  CommitScore,
  FileFilter,
  FileScore,
  Neighbour,
  WordQuestion,
  WordSearch,
} from './recallSources.ts';
import { likeInMeaning } from './likeInMeaning.ts';
import type { RecallWeights } from './recallWeights.ts';
import type { TraceEvidence } from './traceEvidence.ts';
import type { UnderstoodQuery } from './understandQuery.ts';
import { voteOfCommits } from './voteOfCommits.ts';

/** Rows of each list. */
const listCount = 400;

/** Files whose namesakes and neighbours are looked at. */
const seeds = 4;

/** A name that more files share relates none of them. */
const mostNamesakes = 6;

/** The best place of a file, as the list that found it tells it. */
export interface Place {
  readonly ordinal?: number;
  readonly line?: number;
  /** The frame of a stack trace that names it, for people. */
  readonly frame?: string;
}

export interface RankedFile extends FusedFile {
  readonly place: Place;
  /** Reasons that only the one who ranks can word. */
  readonly told: readonly RecallReason[];
}

export interface RankedFiles {
  readonly files: readonly RankedFile[];
  /** Those with alike messages, each with the files of it that fit the filter. */
  readonly commits: readonly CommitScore[];
  readonly failures: readonly Failure[];
}

export interface RankingRequest {
  readonly understood: UnderstoodQuery;
  /** With alike messages. */
  readonly commits: Result<readonly CommitScore[], Failure>;
  readonly words: WordSearch;
  readonly filter: FileFilter;
  readonly weights: RecallWeights;
  /** What the frames of a stack trace lead to. */
  readonly traced?: readonly TraceEvidence[];
  /** Of files, best first. */
  readonly vectorHits?: readonly VectorHit[];
  readonly neighbours?: (seeds: readonly string[]) => readonly Neighbour[];
}

/** Puts every file that any list names in one order. */
export function rankFiles(request: RankingRequest): RankedFiles {
  const { understood, words, filter, weights } = request;
  const failures: Failure[] = [];
  const rows = <T>(result: Result<readonly T[], Failure>): readonly T[] => {
    if (!result.ok) {
      failures.push(result.error);
    }
    return result.ok ? result.value : [];
  };
  const ask = (more: Partial<WordQuestion>): WordQuestion => ({
    terms: understood.terms,
    in: 'all',
    count: listCount,
    filter,
    ...more,
  });
  const chunks = rows(words.chunks(ask({})));
  const near = rows(words.chunks(ask({ phrases: understood.phrases })));
  const commits = rows(request.commits).map((commit) => ({ ...commit, files: commit.files.filter(filter.accepts) }));
  const framed = framedFiles(request, failures);
  const vectorHits = request.vectorHits ?? [];
  const lists: RankedList[] = [
    { by: 'words', weight: weights.files, scores: rows(words.files(ask({}))) },
    { by: 'words', weight: weights.chunks, scores: poolPieces(chunks) },
    { by: 'words', weight: weights.phrases, scores: poolPieces(near) },
    { by: 'name', weight: weights.names, scores: rows(words.files(ask({ in: 'path' }))) },
    { by: 'history', weight: weights.history, scores: voteOfCommits(commits) },
    { by: 'vector', weight: weights.vectors, scores: likeInMeaning(vectorHits) },
    { by: 'trace', weight: weights.frames, scores: framed.map(({ path, score }) => ({ path, score })) },
    // What changes often is a hint among what fits, and no answer by itself.
    { by: 'recency', weight: weights.churn, scores: rows(words.churn(filter)), raises: true },
  ];
  const fused = fuseLists(lists);
  const told = new Map<string, RecallReason[]>();
  const testFactor = understood.aboutTests ? weights.askedTest : weights.test;
  const weighed = fused.map((file) =>
    words.describe(file.path)?.kind === 'test' ? { ...file, score: file.score * testFactor } : file,
  );
  const grown = withRelatives(sortFused(weighed), request, told, failures);
  const answers = grown.filter(({ parts }) => [...parts.keys()].some((by) => by !== 'recency'));
  const places = placesOf(chunks, vectorHits, framed);
  return {
    files: answers.map((file) => ({ ...file, place: places.get(file.path) ?? {}, told: told.get(file.path) ?? [] })),
    commits,
    failures,
  };
}

/** Tests of the best files and what they test, then what the graph knows of them: each gets a share of what led to it. */
function withRelatives(
  fused: readonly FusedFile[],
  { words, filter, weights, neighbours }: RankingRequest,
  told: Map<string, RecallReason[]>,
  failures: Failure[],
): FusedFile[] {
  const files = new Map(fused.map((file) => [file.path, { ...file, parts: new Map(file.parts) }]));
  const give = (path: string, gain: number, by: RecallReason['by'], text: string): void => {
    const file = files.get(path) ?? { path, score: 0, parts: new Map<RecallReason['by'], number>() };
    file.score += gain;
    file.parts.set(by, (file.parts.get(by) ?? 0) + gain);
    files.set(path, file);
    told.set(path, [...(told.get(path) ?? []), { by, text }]);
  };
  for (const { path, score } of fused.slice(0, seeds)) {
    const found = words.namesakes(path, mostNamesakes + 1);
    if (!found.ok) {
      failures.push(found.error);
      break;
    }
    const self = found.value.find((one) => one.path === path);
    if (self !== undefined && found.value.length <= mostNamesakes) {
      for (const other of found.value) {
        if (other.path !== path && (other.kind === 'test') !== (self.kind === 'test') && filter.accepts(other.path)) {
          const text = other.kind === 'test' ? `by its name the test of ${path}` : `by its name what ${path} tests`;
          give(other.path, weights.namesake * score, 'graph', text);
        }
      }
    }
  }
  const best = fused.slice(0, seeds).map(({ path }) => path);
  const top = fused[0]?.score ?? 0;
  for (const { path, weight, text } of best.length === 0 ? [] : (neighbours?.(best) ?? [])) {
    if (filter.accepts(path)) {
      give(path, weights.neighbours * weight * top, 'graph', text);
    }
  }
  return sortFused([...files.values()]);
}

interface FramedFile extends FileScore {
  readonly line?: number;
  readonly frame?: string;
}

/** Files that the question names, by a path in its words or in a frame of a stack trace: the inmost frame counts most. */
function framedFiles(
  { understood: { frames, paths }, words, filter, traced = [] }: RankingRequest,
  failures: Failure[],
): FramedFile[] {
  const named = [...frames, ...paths.map((path) => ({ path }))];
  const found = new Map<string, FramedFile>();
  for (const { kind, id, line, weight, reason } of traced) {
    if (kind === 'file' && filter.accepts(id)) {
      found.set(id, { path: id, score: weight, frame: reason, ...(line === undefined ? {} : { line }) });
    }
  }
  for (const [index, frame] of named.entries()) {
    const matches = namedFiles(frame.path, words, failures).filter((path) => filter.accepts(path));
    for (const path of matches) {
      if (!found.has(path)) {
        // A name that several files have says less of each.
        const score = 1 / (1 + 0.25 * Math.min(index, 8)) / matches.length;
        found.set(path, { path, score, ...('line' in frame && frame.line !== undefined ? { line: frame.line } : {}) });
      }
    }
  }
  return [...found.values()].sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : 1));
}

/** By as much of the path's end as any file has: what comes before it is where somebody else keeps the repository. */
function namedFiles(path: string, words: WordSearch, failures: Failure[]): readonly string[] {
  const names = path
    .replaceAll('\\', '/')
    .split('/')
    .filter((name) => name !== '' && name !== '.' && name !== '..')
    .slice(-6);
  for (let start = 0; start < names.length; start += 1) {
    const found = words.endingWith(names.slice(start).join('/'), 8);
    if (!found.ok) {
      failures.push(found.error);
      return [];
    }
    // A bare name that many files have names none of them.
    if (found.value.length > 0) {
      return found.value.length > 4 ? [] : found.value;
    }
  }
  return [];
}

function placesOf(
  chunks: readonly ChunkScore[],
  vectorHits: readonly VectorHit[],
  framed: readonly FramedFile[],
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { path, line, frame } of framed) {
    if (line !== undefined || frame !== undefined) {
      places.set(path, { ...(line === undefined ? {} : { line }), ...(frame === undefined ? {} : { frame }) });
    }
  }
  for (const { path, ordinal } of [
    ...chunks,
    ...vectorHits.map((hit) => ({ path: hit.owner, ordinal: hit.ordinal })),
  ]) {
    const known = places.get(path);
    if (known?.line === undefined && known?.ordinal === undefined) {
      places.set(path, { ...known, ordinal });
    }
  }
  return places;
}
