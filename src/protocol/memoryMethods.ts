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

const count = z.int().check(z.nonnegative());

/** Paths of one kind that one `memoryHint` may have. */
export const largestHint = 2_000;

/** Of a model at a hub, or of the hub itself. */
const hubText = z.string().check(z.trim(), z.minLength(1), z.maxLength(500));
const memoryPath = z.string().check(z.minLength(1), z.maxLength(4_096));
/** So many that one message stays small; a client that has more sends them in parts. */
const memoryPaths = z.array(memoryPath).check(z.maxLength(largestHint));

/** An embedding model that is in its place: `name` is the last part of `folder`, as the settings of the memory take it. */
const placedModel = z.object({ folder: z.string(), name: z.string(), bytes: count });

/** Requests a client may make of the memory of a workspace; a part of `hostMethods`. */
export const memoryMethods = {
  /** What the memory finds for a question. */
  recall: { params: recallQuerySchema, result: recallResultSchema },
  graph: { params: graphQuerySchema, result: graphResultSchema },
  memoryStatus: { params: z.object({}), result: memoryStatusSchema },
  /** Why a file is in the index, or is not. */
  explainPath: { params: z.object({ path: memoryPath }), result: explainedPathSchema },
  /** Resolves when all that is known to have changed can be found by words; `vectors`: by vectors as well. */
  memorySettle: { params: z.object({ vectors: z.boolean() }), result: memoryStatusSchema },
  pauseMemory: { params: z.object({ paused: z.boolean() }), result: z.object({}) },
  /** Throws the index of files and commits away, and the vectors, and makes them anew; episodes stay. */
  rebuildMemory: { params: z.object({}), result: z.object({}) },
  /** What was solved before, newest first. */
  episodes: { params: z.object({}), result: z.object({ episodes: z.array(episodeSchema) }) },
  forget: { params: forgetSchema, result: forgottenSchema },
  /** Paths relative to the root that a window saw change, and that are open in it: those are looked at first. */
  memoryHint: { params: z.object({ changed: memoryPaths, used: memoryPaths }), result: z.object({}) },
  /**
   * The person's settings of the memory, sent by a client when it connects and when they change. `windowWatches`: this client tells
   * of changed files by `memoryHint` for as long as its connection lasts. What is absent stays as it was set.
   */
  setMemory: {
    params: z.object({
      /** Turned off, nothing is indexed, nothing is told to agents, and no process runs for it. */
      enabled: z.optional(z.boolean()),
      embedding: embeddingSettingsSchema,
      exclude: z.optional(z.array(z.string().check(z.maxLength(1_000)))),
      windowWatches: z.optional(z.boolean()),
    }),
    result: z.object({}),
  },
  /**
   * Fetches an embedding model from a hub, because a person asked for it, and sets nothing. Tells progress; ends when it is cancelled,
   * and the next one goes on from there. Without `name` the usual model; without `hub` the host's own, else the usual one.
   */
  fetchEmbedding: {
    params: z.object({ name: z.optional(hubText), hub: z.optional(hubText), progress: z.optional(z.string()) }),
    result: placedModel,
  },
  /** Checks a folder of this machine, absolute, and copies what is needed of it to the other models. Sets nothing. */
  importEmbedding: { params: z.object({ folder: memoryPath }), result: placedModel },
} as const;
