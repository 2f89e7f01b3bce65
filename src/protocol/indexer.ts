import * as z from 'zod/mini';
import {
  embeddingSettingsSchema,
  episodeSchema,
  explainedPathSchema,
  forgetSchema,
  forgottenSchema,
  graphQuerySchema,
  graphResultSchema,
  memoryStatusSchema,
  recallQuerySchema,
  recallResultSchema,
} from './memory.ts';

/** Agent host and indexer: JSON-RPC over the channel of a child process, every message checked on both sides. */

const nothing = z.object({});
const paths = z.array(z.string().check(z.maxLength(4_096)));

export const indexerMethods = {
  /** First request. The answer comes before anything is indexed. */
  open: {
    params: z.object({
      /** Root of the repository. */
      root: z.string(),
      /** Folder for all files of the index; nobody else writes there. */
      directory: z.string(),
      embedding: embeddingSettingsSchema,
      /** Not indexed, beside what git ignores: globs of the user's settings. */
      exclude: z.array(z.string()),
      /** An open window sees changes of files: only git is watched here. */
      windowWatches: z.boolean(),
      /** The person paused it. */
      paused: z.boolean(),
    }),
    result: nothing,
  },
  recall: { params: recallQuerySchema, result: recallResultSchema },
  graph: { params: graphQuerySchema, result: graphResultSchema },
  status: { params: nothing, result: memoryStatusSchema },
  /** Resolves when all that is known to have changed can be found by words; `vectors`: by vectors as well. */
  settle: { params: z.object({ vectors: z.boolean() }), result: memoryStatusSchema },
  explain: { params: z.object({ path: z.string() }), result: explainedPathSchema },
  /** Files that a window saw change, that are open, or that were used: those are looked at first. */
  hint: { params: z.object({ changed: paths, used: paths }), result: nothing },
  setEmbedding: { params: z.object({ embedding: embeddingSettingsSchema }), result: nothing },
  setExclude: { params: z.object({ exclude: z.array(z.string()) }), result: nothing },
  setWindowWatches: { params: z.object({ windowWatches: z.boolean() }), result: nothing },
  pause: { params: z.object({ paused: z.boolean() }), result: nothing },
  /** Everything that is remembered of solved tasks; puts itself in the place of what was there. */
  setEpisodes: { params: z.object({ episodes: z.array(episodeSchema) }), result: nothing },
  forget: { params: forgetSchema, result: forgottenSchema },
  /** Throws the index of files and commits away, and the vectors, and makes them anew; forgotten paths come back. */
  rebuild: { params: nothing, result: nothing },
} as const;

/** Notification of the indexer, at most a few a second: `memoryStatusSchema`. */
export const statusNotification = 'statusChanged';

export type IndexerMethod = keyof typeof indexerMethods;
export type IndexerParams<M extends IndexerMethod> = z.infer<(typeof indexerMethods)[M]['params']>;
export type IndexerResult<M extends IndexerMethod> = z.infer<(typeof indexerMethods)[M]['result']>;
