import * as z from 'zod/mini';

/** The memory of a workspace, as clients see it and as the agent host and the indexer speak of it. */

const count = z.int().check(z.nonnegative());
const path = z.string().check(z.minLength(1), z.maxLength(4_096));

/** What can be found. `code`, `test`, `document`, `decision`, `guideline`, `configuration` and `data` are files. */
export const memoryKinds = [
  'code',
  'test',
  'document',
  'decision',
  'guideline',
  'configuration',
  'data',
  'commit',
  'episode',
] as const;

/** The longest question, UTF-16 units; longer ones are cut by whoever asks, and an answer to one so long says in `missing` what was not read. */
export const longestQuery = 100_000;

export const recallQuerySchema = z.object({
  /** Words, a sentence, an error with its stack trace. */
  query: z.string().check(z.maxLength(longestQuery)),
  count: z._default(z.int().check(z.gte(1), z.lte(200)), 10),
  /** Absent: all kinds. */
  kinds: z.optional(z.array(z.enum(memoryKinds))),
  /** Globs of paths, one of which must fit; `!` takes away. */
  paths: z.optional(z.array(z.string().check(z.maxLength(1_000)))),
  languages: z.optional(z.array(z.string().check(z.maxLength(100)))),
  /** ISO 8601; of commits and episodes, and of the last commit that changed a file. */
  since: z.optional(z.string()),
  until: z.optional(z.string()),
  /** Tokens that all snippets together may have; 0 for none. */
  snippetTokens: z._default(z.int().check(z.gte(0), z.lte(100_000)), 2_000),
  /** Who reads the answer; absent: a person. What is given to a language model has its secrets taken out. */
  reader: z.optional(z.enum(['person', 'model'])),
});

/** Why a hit is one: the lists that it stood in. */
export const recallReasonSchema = z.object({
  by: z.enum(['words', 'name', 'vector', 'history', 'graph', 'recency', 'trace', 'episode']),
  /** For people: `"retry" and "backoff" in its text`, `changed with src/cart.ts in 5 commits`. */
  text: z.string(),
});

export const outcomes = ['accepted', 'rejected', 'reverted', 'failed', 'open'] as const;

export const recallHitSchema = z.object({
  kind: z.enum(memoryKinds),
  /** Of a file, relative to the root. */
  path: z.optional(z.string()),
  /** The best place in it, from 1. */
  startLine: z.optional(count),
  endLine: z.optional(count),
  /** The line between these that the question itself names, as a stack trace does. */
  line: z.optional(count),
  symbol: z.optional(z.string()),
  /** One line that names it. */
  title: z.string(),
  /** Of this answer only: the best hit has the highest. */
  score: z.number(),
  reasons: z.array(recallReasonSchema),
  snippet: z.optional(z.string()),
  commit: z.optional(z.object({ id: z.string(), author: z.string(), time: z.string() })),
  episode: z.optional(
    z.object({
      id: z.string(),
      task: z.string(),
      outcome: z.enum(outcomes),
      /** Set when code that it changed was changed since. */
      stale: z.boolean(),
    }),
  ),
});

export const recallResultSchema = z.object({
  hits: z.array(recallHitSchema),
  /** What was not searched, and why: `vectors: no embedding model`. */
  missing: z.array(z.string()),
  /** What the question was taken for. */
  understood: z.object({ terms: z.array(z.string()), frames: count }),
  milliseconds: z.number(),
});

/** Why a file that git has, or that lies there, is not indexed. */
export const skipReasons = [
  'ignored',
  'excluded',
  'binary',
  'too-large',
  'generated',
  'secret',
  'link',
  'submodule',
  'not-utf8',
  'unreadable',
] as const;

/** What can be wrong: the process of the index, writing to it, its file, the files it reads, and so on. */
export const problemParts = [
  'indexer',
  'index',
  'database',
  'files',
  'history',
  'graph',
  'vectors',
  'episodes',
  'settings',
  'watching',
] as const;

/** One part of the memory that does not do its work, with the way out. */
const problemSchema = z.object({ part: z.enum(problemParts), message: z.string() });

export const memoryStatusSchema = z.object({
  state: z.enum(['starting', 'scanning', 'indexing', 'embedding', 'ready', 'paused', 'failed']),
  root: z.string(),
  /** `known`: files that are to be in the index; `skipped`: by reason. */
  files: z.object({ known: count, indexed: count, skipped: z.partialRecord(z.enum(skipReasons), count) }),
  chunks: count,
  symbols: count,
  edges: count,
  commits: count,
  episodes: count,
  vectors: z.object({
    model: z.optional(z.string()),
    state: z.enum(['none', 'loading', 'embedding', 'ready', 'paused', 'failed']),
    done: count,
    total: count,
  }),
  watching: z.object({ by: z.enum(['chokidar', 'window', 'none']), problem: z.optional(z.string()) }),
  problems: z.array(problemSchema),
  /** On disk. */
  bytes: count,
  /** Resident memory of the indexer. */
  memoryBytes: count,
  /** Why it is paused: `user`, `battery`, `load`. */
  paused: z.optional(z.enum(['user', 'battery', 'load'])),
});

export const entityKinds = ['file', 'symbol', 'commit', 'author', 'test', 'document', 'decision', 'task'] as const;
export const edgeKinds = [
  'defines',
  'imports',
  'calls',
  'tests',
  'touches',
  'wrote',
  'changed-with',
  'documents',
  'decides',
  'solved',
] as const;

export const entitySchema = z.object({
  /** Stable: `file:src/a.ts`, `symbol:src/a.ts#Cart.add`, `commit:<id>`, `author:<name>`, `task:<id>`. */
  id: z.string(),
  kind: z.enum(entityKinds),
  label: z.string(),
  path: z.optional(z.string()),
  startLine: z.optional(count),
});

export const edgeSchema = z.object({ from: z.string(), to: z.string(), kind: z.enum(edgeKinds), weight: z.number() });

/** What stands around something: by its id, or by a name or path that is looked up. */
export const graphQuerySchema = z.object({
  entity: z.string().check(z.minLength(1), z.maxLength(4_096)),
  question: z.enum([
    'around',
    'calls',
    'called-by',
    'tested-by',
    'changed-with',
    'decided-in',
    'imported-by',
    'history',
  ]),
  count: z._default(z.int().check(z.gte(1), z.lte(200)), 40),
});

export const graphResultSchema = z.object({
  /** What the question was about; absent where nothing has that name. */
  center: z.optional(entitySchema),
  /** Others that the name could have meant. */
  others: z.array(entitySchema),
  entities: z.array(entitySchema),
  edges: z.array(edgeSchema),
});

/** What was solved before. */
export const episodeSchema = z.object({
  id: z.string(),
  task: z.string(),
  goal: z.string(),
  /** ISO 8601, when the task ended. */
  time: z.string(),
  outcome: z.enum(outcomes),
  /** Files of the changeset. */
  files: z.array(z.string()),
  /** What was done, in a few lines. */
  approach: z.string(),
  /** Names of errors, frames and failing tests that it began with. */
  signature: z.array(z.string()),
  proof: z.string(),
  stale: z.boolean(),
  /** Files that changed since, where it is stale. */
  changedSince: z.array(z.string()),
});

export const forgetSchema = z.discriminatedUnion('what', [
  z.object({ what: z.literal('episode'), id: z.string() }),
  z.object({ what: z.literal('path'), path }),
  z.object({ what: z.literal('task'), task: z.string() }),
  z.object({ what: z.literal('all') }),
]);

export const forgottenSchema = z.object({ episodes: count, files: count, vectors: count });

export const explainedPathSchema = z.object({
  path: z.string(),
  state: z.enum(['indexed', 'waiting', 'skipped', 'unknown', 'forgotten']),
  /** Why it is not indexed, or what is in the index of it, for people. */
  text: z.string(),
  chunks: count,
});

/** Where vectors come from. */
export const embeddingSettingsSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }),
  /** A folder of a model in the layout of the hub: `config.json`, `tokenizer.json`, `onnx/`. */
  z.object({ by: z.literal('transformers'), folder: z.string(), name: z.string() }),
  z.object({ by: z.literal('ollama'), host: z.string(), model: z.string() }),
]);

export type EmbeddingSettings = z.infer<typeof embeddingSettingsSchema>;
export type RecallQuery = z.infer<typeof recallQuerySchema>;
export type RecallHit = z.infer<typeof recallHitSchema>;
export type RecallReason = z.infer<typeof recallReasonSchema>;
export type RecallResult = z.infer<typeof recallResultSchema>;
export type SkipReason = (typeof skipReasons)[number];
export type ProblemPart = (typeof problemParts)[number];
export type MemoryStatus = z.infer<typeof memoryStatusSchema>;
export type MemoryKind = (typeof memoryKinds)[number];
export type Outcome = (typeof outcomes)[number];
export type Entity = z.infer<typeof entitySchema>;
export type Edge = z.infer<typeof edgeSchema>;
export type EntityKind = (typeof entityKinds)[number];
export type EdgeKind = (typeof edgeKinds)[number];
export type GraphQuery = z.infer<typeof graphQuerySchema>;
export type GraphResult = z.infer<typeof graphResultSchema>;
export type Episode = z.infer<typeof episodeSchema>;
export type Forget = z.infer<typeof forgetSchema>;
export type Forgotten = z.infer<typeof forgottenSchema>;
export type ExplainedPath = z.infer<typeof explainedPathSchema>;
