import type { Failure } from '../../../base/failure.ts';
import type { Result } from '../../../base/result.ts';
import type { RecallHit, RecallQuery, RecallResult } from '../../../protocol/memory.ts';
import { estimateTokens } from '../../models/tokenEstimate.ts';
import { recallCommits } from './commitRoom.ts';
import { rootsOf } from './describeHit.ts';
import { recallEpisodes } from './episodeRoom.ts';
import { recallFiles } from './fileRoom.ts';
import type { CommitScore, RecallSources } from './recallSources.ts';
import { recallWeights, type RecallWeights } from './recallWeights.ts';
import { type Candidate, messageQuestion, type RoomRequest } from './room.ts';
import { cutSnippet } from './snippet.ts';
import { longestText, type QueryFrame, type UnderstoodQuery, understandQuery } from './understandQuery.ts';

/** Commits that are asked for: enough that filters leave some. */
const mostCommits = 200;

export interface RecallExtras {
  /** Of a stack trace in the question, inmost first. */
  readonly frames?: readonly QueryFrame[];
  /** Signatures of the errors that it tells, the root cause first. */
  readonly errors?: readonly string[];
  readonly weights?: RecallWeights;
  /** Milliseconds of any clock that does not go back. */
  readonly now?: () => number;
}

/** Never fails: what could not be searched is named in `missing`, and the rest answers. One hit a file, commit or episode. */
export async function recall(
  query: RecallQuery,
  sources: RecallSources,
  extras: RecallExtras = {},
): Promise<RecallResult> {
  const now = extras.now ?? (() => performance.now());
  const begun = now();
  const understood = understandQuery(query.query, extras.frames);
  const missing = new Set<string>();
  if (query.query.length > longestText) {
    missing.add(
      `the rest of the question: words of its first ${longestText.toLocaleString('en-US')} characters are looked for`,
    );
  }
  let commits: Result<readonly CommitScore[], Failure> | undefined;
  const request: RoomRequest = {
    query,
    understood,
    sources,
    weights: extras.weights ?? recallWeights,
    traced: understood.frames.length === 0 ? [] : (sources.trace?.(understood.frames) ?? []),
    errors: extras.errors ?? [],
    commits: () => (commits ??= sources.words.commits(messageQuestion(understood, mostCommits))),
    missing,
  };
  const best = [
    ...(await recallFiles(request)),
    ...(wants(query, 'commit') ? recallCommits(request) : []),
    ...(wants(query, 'episode') ? recallEpisodes(request) : []),
  ]
    .sort((a, b) => b.hit.score - a.hit.score)
    .slice(0, query.count);
  return {
    hits: withSnippets(best, understood, query.snippetTokens),
    missing: [...missing],
    understood: { terms: understood.terms.map(({ word }) => word), frames: understood.frames.length },
    milliseconds: now() - begun,
  };
}

function wants({ kinds }: RecallQuery, kind: 'commit' | 'episode'): boolean {
  return kinds === undefined || kinds.includes(kind);
}

/** Better hits are served first, and each leaves to the others what it does not need. */
function withSnippets(candidates: readonly Candidate[], understood: UnderstoodQuery, tokens: number): RecallHit[] {
  const roots = rootsOf(understood);
  let left = tokens;
  return candidates.map(({ hit, text, startLine }, index) => {
    const others = candidates.length - index;
    // Twice an even share for the hit at hand: those before it seldom need all of theirs.
    const share = Math.min(left, Math.ceil((2 * left) / (others + 1)));
    const snippet = share <= 0 ? undefined : cutSnippet(text, startLine ?? 1, roots, share, estimateTokens);
    if (snippet === undefined) {
      return hit;
    }
    left -= estimateTokens(snippet.text);
    const place = startLine === undefined ? {} : { startLine: snippet.startLine, endLine: snippet.endLine };
    return { ...hit, ...place, snippet: snippet.text };
  });
}
