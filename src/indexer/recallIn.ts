import { recall, type RecallExtras } from '../core/memory/recall/recall.ts';
import type { RecallSources } from '../core/memory/recall/recallSources.ts';
import type { RecallWeights } from '../core/memory/recall/recallWeights.ts';
import { readStackTrace } from '../core/memory/recall/stackTrace.ts';
import { traceEvidence } from '../core/memory/recall/traceEvidence.ts';
import type { RecallQuery, RecallResult } from '../protocol/memory.ts';
import type { OpenIndex } from './openIndex.ts';

/** What is not as usual, for whoever measures. */
export interface RecallChanges {
  readonly vectors?: RecallSources['vectors'];
  readonly weights?: RecallWeights;
}

/** Searches all that is open of a repository. */
export function recallIn(
  { words, meaning, graph, database }: Pick<OpenIndex, 'words' | 'meaning' | 'graph' | 'database'>,
  query: RecallQuery,
  { vectors = meaning.search(), weights }: RecallChanges = {},
): Promise<RecallResult> {
  return recall(
    query,
    {
      words,
      vectors,
      neighbours: (seeds) => {
        const related = database.read(() => graph.related(seeds));
        return related.ok ? related.value.map(({ path, weight, through }) => ({ path, weight, text: through })) : [];
      },
      trace: (own) => {
        const led = database.read(() => traceEvidence(own, graph));
        return led.ok ? led.value : [];
      },
    },
    { ...(weights === undefined ? {} : { weights }), ...tracedIn(query) },
  );
}

/** What its stack trace says, where it has one. */
export function tracedIn({ query }: RecallQuery): RecallExtras {
  const { frames, errors } = readStackTrace(query);
  return {
    errors: errors.map(({ signature }) => signature),
    frames: frames
      .filter(({ library }) => !library)
      .map(({ path, line, symbol }) => ({
        path,
        ...(line === undefined ? {} : { line }),
        ...(symbol === undefined ? {} : { symbol }),
      })),
  };
}
