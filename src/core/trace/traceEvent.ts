import { z } from 'zod';
import { changesetSchema } from '../changes/changeset.ts';
import { proofSchema } from '../changes/proof/proof.ts';
import { limitsSchema } from '../guards/limits.ts';
import { policyJudgementSchema } from '../policy/pathPolicy.ts';
import { taskStates } from '../../protocol/taskView.ts';
import { taskMoves } from '../tasks/taskState.ts';

/**
 * Everything that can stand in a task's trace. The trace is also the task's state: the fold of these events, and nothing else,
 * says where the task is. Intents (`tool-called`, `apply-intended`) are on disk before the effect, their results after.
 */

const count = z.int().nonnegative();

/** Where a task came from; `text` is the code or message it is about, untrusted. */
export const originSchema = z.object({
  kind: z.enum(['cli', 'command', 'selection', 'diagnostic', 'todo', 'test', 'terminal', 'api']),
  file: z.string().optional(),
  startLine: z.int().optional(),
  endLine: z.int().optional(),
  text: z.string().max(20_000).optional(),
});

export const modelIdSchema = z.object({ driver: z.string(), name: z.string() });

export const usageSchema = z.object({
  newTokens: count,
  tokens: count,
  steps: count,
  seconds: z.number().nonnegative(),
});

export const voteSchema = z.object({
  agent: z.string(),
  vote: z.enum(['approve', 'reject', 'abstain']),
  hash: z.string(),
  reason: z.string(),
});

export const reasonSchema = z.object({ code: z.string(), message: z.string() });

/** The user's own settings that act on this task; fixed when it is created, so that a restart does the same. */
export const settingsSchema = z.object({
  ollamaHost: z.string().optional(),
  contextTokens: z.int().positive(),
  requireGvisor: z.boolean(),
  allowUnlimited: z.boolean().optional(),
  testCommand: z.array(z.string()).optional(),
});

const callSchema = z.object({ id: z.string(), name: z.string(), arguments: z.unknown() });

/** A payload kept beside the trace under its own hash. */
export const artifactSchema = z.object({ sha256: z.string(), bytes: count });

/** Where a piece of what an agent is told comes from. */
export const contextSources = ['goal', 'origin', 'attempt', 'note', 'guidance', 'recall'] as const;

export const traceEventData = {
  'task-created': z.object({
    task: z.string(),
    goal: z.string(),
    origin: originSchema,
    model: modelIdSchema,
    /** True when the model is a recording; shown wherever the task is shown. */
    replay: z.boolean(),
    limits: limitsSchema,
    settings: settingsSchema,
    workspace: z.string(),
    product: z.string(),
    /** Of the model's weights, where its server says; of the script, where it is a recording. */
    modelDigest: z.string().optional(),
    /** SHA-256 of the path rules in force, see `policyHash`. */
    policy: z.string().optional(),
  }),
  'task-moved': z.object({
    move: z.enum(taskMoves),
    from: z.enum(taskStates),
    to: z.enum(taskStates),
    reason: reasonSchema.optional(),
    /** What the user says to the agent with a resume. */
    note: z.string().max(4_000).optional(),
  }),
  /** The user raises limits of the task. Only `user` can; a value that is not above the present one changes nothing. */
  'limits-extended': z.object({
    newTokens: z.int().positive().optional(),
    steps: z.int().positive().optional(),
    seconds: z.int().positive().optional(),
  }),
  /** A host takes the task up where one that stopped or was killed left it. The time before it is nobody's. */
  'task-resumed': z.object({}),
  'move-refused': z.object({
    move: z.enum(taskMoves),
    from: z.enum(taskStates),
    allowed: z.array(z.enum(taskMoves)),
    reason: z.string(),
  }),
  'snapshot-taken': z.object({
    tree: z.string(),
    head: z.string().nullable(),
    branch: z.string().nullable(),
    files: count,
    bytes: count,
    uncommitted: count,
    excluded: z.array(z.object({ path: z.string(), reason: z.string() })),
  }),
  /** What the tests of a tree run in. `needs-approval` and `failed` say in `problem` what is lacking; then it is the base image. */
  'environment-chosen': z.object({
    tree: z.string(),
    source: z.enum(['environment.yml', 'devcontainer', 'lockfile', 'base']),
    /** What a person agrees to; empty where the tree asks for no more than the base image. */
    definition: z.string(),
    status: z.enum(['base', 'needs-approval', 'ready', 'failed']),
    key: z.string().nullable(),
    image: z.string().nullable(),
    network: z.union([z.boolean(), z.array(z.string())]),
    /** Hosts that setup reached when this image was made for this task. */
    reached: z.array(z.string()),
    /** The person's word that it was set up on, wherever it was given. */
    approval: z.object({ hosts: z.array(z.string()), approvedAt: z.string() }).optional(),
    testCommand: z.array(z.string()).optional(),
    problem: z.string().optional(),
    /** The problem may be gone the next time: it is tried again then. */
    transient: z.boolean().optional(),
    warnings: z.array(z.string()),
    /** What setup printed. */
    output: artifactSchema.optional(),
  }),
  /** A person agreed to something that nothing else can allow. */
  'approval-given': z.object({
    subject: z.enum(['environment']),
    definition: z.string(),
    /** Hosts named by the person, beyond public ones. */
    hosts: z.array(z.string()),
  }),
  'run-started': z.object({ run: z.string(), agent: z.string(), tree: z.string() }),
  /** Something that an agent was told at the start of a run; together these are its first message. */
  'context-added': z.object({
    run: z.string(),
    source: z.enum(contextSources),
    /** True for what others than the user and this product may have written. */
    tainted: z.boolean(),
    text: z.string().optional(),
    /** Instead of a text that is too long for a line. */
    artifact: artifactSchema.optional(),
  }),
  'run-ended': z.object({
    run: z.string(),
    outcome: z.enum(['finished', 'stopped', 'failed', 'cancelled', 'interrupted']),
    reason: reasonSchema.optional(),
    summary: z.string().optional(),
  }),
  /** A box has to wait for memory or for its turn; `message` says for what. Told again when that changes. This time is nobody's. */
  'sandbox-delayed': z.object({ profile: z.enum(['locked', 'build']), message: z.string() }),
  /** The engine does not answer, and the task waits for it. This time is nobody's. */
  'engine-awaited': z.object({ message: z.string() }),
  'sandbox-started': z.object({
    run: z.string(),
    sandbox: z.string(),
    profile: z.enum(['locked', 'build']),
    runtime: z.string(),
    isolatedKernel: z.boolean(),
    /** Limits that the engine does not keep, which the user allowed. */
    unenforced: z.array(z.string()).optional(),
    image: z.string(),
    specHash: z.string(),
    startMs: z.number(),
  }),
  /** `reason` only where the box was not destroyed by its owner; its code is the cause of the end or the failure that led to it. */
  'sandbox-ended': z.object({ sandbox: z.string(), cause: z.string(), reason: reasonSchema.optional() }),
  'model-asked': z.object({
    run: z.string(),
    step: count,
    /** The exact request: messages, tools, options. */
    request: artifactSchema,
    estimatedTokens: count,
    contextTokens: count,
  }),
  'model-answered': z.object({
    run: z.string(),
    step: count,
    text: z.string(),
    thinking: z.string(),
    calls: z.array(callSchema),
    finish: z.enum(['stop', 'length', 'calls']),
    promptTokens: count,
    outputTokens: count,
    /** False where the server did not count and our estimate stands in. */
    counted: z.boolean(),
    newTokens: count,
    milliseconds: z.number(),
    truncated: z.boolean(),
  }),
  'model-failed': z.object({
    run: z.string(),
    step: count,
    reason: reasonSchema,
    /** What the part of the answer that came has cost, where some came. Estimated. */
    promptTokens: count.optional(),
    outputTokens: count.optional(),
    newTokens: count.optional(),
  }),
  'call-refused': z.object({ run: z.string(), step: count, call: callSchema, reason: reasonSchema }),
  'tool-called': z.object({
    run: z.string(),
    step: count,
    call: z.string(),
    tool: z.string(),
    arguments: z.unknown(),
    effect: z.enum(['read', 'write', 'execute', 'finish']),
    repairs: z.array(z.string()),
  }),
  'tool-returned': z.object({
    run: z.string(),
    step: count,
    call: z.string(),
    tool: z.string(),
    ok: z.boolean(),
    /** As the model saw it, at most 8 KB. */
    output: z.string(),
    /** All of it, where it was longer. */
    artifact: artifactSchema.optional(),
    reason: z.string().optional(),
    /** Fingerprint of what it says, where two outputs that say the same differ, for example by times. */
    likeness: z.string().optional(),
    /** The file it changed: SHA-256 of its content before and after, null for none; a deletion does not tell what it deleted. */
    file: z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() }).optional(),
    milliseconds: z.number(),
  }),
  'tool-closed': z.object({ run: z.string(), tool: z.string(), failures: count }),
  'notice-given': z.object({ run: z.string(), step: count, guard: z.string(), text: z.string() }),
  'guard-tripped': z.object({ run: z.string(), step: count, guard: z.string(), reason: reasonSchema }),
  'checkpoint-saved': z.object({ run: z.string(), step: count, tree: z.string(), changes: count }),
  'changeset-imported': z.object({
    run: z.string(),
    changeset: changesetSchema,
    summary: z.string(),
    /** Set for what a run left that was stopped: it can be looked at, and is neither proved nor applied. */
    unfinished: z.literal(true).optional(),
  }),
  'policy-judged': z.object({ hash: z.string(), judgement: policyJudgementSchema }),
  'proof-started': z.object({ hash: z.string(), runner: z.string(), command: z.array(z.string()) }),
  'proof-ended': z.object({ hash: z.string(), proof: proofSchema }),
  'vote-cast': voteSchema,
  /** A signed statement about a changeset, kept beside the trace: see `changesetStatement`. */
  'statement-signed': z.object({ hash: z.string(), artifact: artifactSchema }),
  'apply-intended': z.object({
    key: z.string(),
    hash: z.string(),
    writes: z.array(
      z.object({
        path: z.string(),
        before: z.string().nullable(),
        after: z.string().nullable(),
        mode: z.string().nullable(),
      }),
    ),
  }),
  'apply-ended': z.object({
    key: z.string(),
    applied: z.array(z.string()),
    conflicts: z.array(z.object({ path: z.string(), reason: z.string(), message: z.string() })),
  }),
  'journal-recovered': z.object({ bytes: count, sha256: z.string() }),
} as const satisfies Record<string, z.ZodType>;

export type TraceEventType = keyof typeof traceEventData;
export type TraceEventData<T extends TraceEventType> = z.infer<(typeof traceEventData)[T]>;

/** Who did it. Only `user` and `host` move a task outside of what an agent proposes. */
export const actorSchema = z.enum(['user', 'host', 'agent', 'model', 'policy', 'sandbox']);
export type Actor = z.infer<typeof actorSchema>;

/** An event before it has a place in the trace. */
export type TraceEntry = {
  [T in TraceEventType]: { readonly type: T; readonly actor: Actor; readonly data: TraceEventData<T> };
}[TraceEventType];

/** An event in its place. `prev` is the hash of the previous line's raw bytes without its newline, 64 zeros for the first. */
export type TraceEvent = TraceEntry & {
  readonly v: 1;
  readonly seq: number;
  /** ISO 8601, UTC. Informative: order is `seq`. */
  readonly ts: string;
  readonly prev: string;
};

const envelope = { v: z.literal(1), seq: count, ts: z.string(), actor: actorSchema, prev: z.string().length(64) };

const options = (Object.keys(traceEventData) as TraceEventType[]).map((type) =>
  z.object({ ...envelope, type: z.literal(type), data: traceEventData[type] }),
);

const lineSchema = z.discriminatedUnion('type', options as [(typeof options)[number], ...typeof options]);

/** Checks one parsed line. The cast states what the schemas above say and TypeScript cannot follow through `map`. */
export function parseTraceEvent(value: unknown): TraceEvent | undefined {
  const parsed = lineSchema.safeParse(value);
  return parsed.success ? (parsed.data as unknown as TraceEvent) : undefined;
}

/** An event of a type that this version does not know, as far as it can be read. */
export interface ForeignEvent {
  readonly seq: number;
  readonly type: string;
  readonly prev: string;
}

const foreignSchema = z
  .strictObject({ ...envelope, type: z.string().regex(/^[a-z]{1,40}(?:-[a-z]{1,40}){1,4}$/), data: z.looseObject({}) })
  .refine(({ type }) => !Object.hasOwn(traceEventData, type));

/** Checks one parsed line that is no event of this version; undefined for one that is none of any. */
export function parseForeignEvent(value: unknown): ForeignEvent | undefined {
  const { success, data } = foreignSchema.safeParse(value);
  return success ? { seq: data.seq, type: data.type, prev: data.prev } : undefined;
}
