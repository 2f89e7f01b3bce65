import * as z from 'zod';
import { changesetSchema } from '../changes/changeset.ts';
import { proofSchema } from '../changes/proof/proof.ts';
import { limitsSchema } from '../guards/limits.ts';
import { callForms } from '../models/callForm.ts';
import { recordedRepairSchema } from '../models/callRepair.ts';
import { elisionSchema } from '../models/historyCompaction.ts';
import { modelGradeSchema } from '../models/modelGrade.ts';
import { longestPlanStep, mostPlanSteps } from '../models/plan.ts';
import { trialSchema } from '../models/trial/trialJudgement.ts';
import { roleNames } from '../models/roleName.ts';
import { calibrationSchema } from '../models/tokenEstimate.ts';
import { policyJudgementSchema } from '../policy/pathPolicy.ts';
import { planModes, recallModes } from '../../protocol/host.ts';
import { taskStates } from '../../protocol/taskView.ts';
import { taskMoves } from '../tasks/taskState.ts';
import { artifactSchema } from './artifact.ts';
import { conversationEvents } from './conversationEvents.ts';
import { decisionEvents } from './decisionEvents.ts';
import { findingEvents } from './findingEvents.ts';
import { recalledSchema } from './recalled.ts';

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
  openaiBaseUrl: z.string().optional(),
  contextTokens: z.int().positive(),
  requireGvisor: z.boolean(),
  allowUnlimited: z.boolean().optional(),
  testCommand: z.array(z.string()).optional(),
  /** Models of roles that do not use the task's own. */
  models: z.partialRecord(z.enum(roleNames), modelIdSchema).optional(),
  /** Whether a supervisor makes a plan first; absent means `auto`. */
  plan: z.enum(planModes).optional(),
  /** Whether agents are told what is remembered; absent means `auto`. */
  recall: z.enum(recallModes).optional(),
});

const callSchema = z.object({ id: z.string(), name: z.string(), arguments: z.unknown() });

/** Where a piece of what an agent is told comes from. */
export const contextSources = ['goal', 'origin', 'attempt', 'note', 'review', 'guidance', 'recall'] as const;

/** A call that is no step of the agent: its answer moves no detector, and stands in no conversation. */
const purposeSchema = z.enum(['plan']);

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
    /** Absent for a model that was not graded: it is taken for one that calls tools as its server says. */
    grade: modelGradeSchema.optional(),
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
  /** Nobody knows yet what the model of the task can do: it is asked some questions first, see `tryOut`. */
  'trial-started': z.object({ model: modelIdSchema }),
  /** What came of it; `reason` where it could not be found out, and the task goes on without. */
  'trial-ended': z.object({ model: modelIdSchema, result: trialSchema.optional(), reason: reasonSchema.optional() }),
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
    /** Where the text stands, and the hash of the file that it was taken from. */
    path: z.string().optional(),
    startLine: count.optional(),
    endLine: count.optional(),
    hash: z.string().optional(),
    /** Why it is told, in a few words of ours. */
    why: z.string().optional(),
    /** Lines of it that had no room; all of them where there is no text. */
    leftOut: count.optional(),
  }),
  /** The memory was asked, at the start of a run or by the agent. */
  'memory-recalled': recalledSchema,
  /**
   * The steps that the agent works by from here on, the model's own words; empty where none could be made, and `reason` says why.
   */
  'plan-made': z.object({
    run: z.string(),
    by: z.enum(roleNames),
    steps: z.array(z.string().max(longestPlanStep)).max(mostPlanSteps),
    reason: reasonSchema.optional(),
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
  /** The model belongs to the editor, and no window lends it or its user has not allowed it yet. This time is nobody's. */
  'model-awaited': z.object({ model: z.string(), need: z.enum(['window', 'consent']), message: z.string() }),
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
  /** A request waits for its turn at a model server that others use, or that rests; told again when that changes. Nobody's time. */
  'model-delayed': z.object({ run: z.string(), step: count, message: z.string() }),
  'model-asked': z.object({
    run: z.string(),
    step: count,
    /** The exact request: messages, tools, options, and the window that it was assembled for. */
    request: artifactSchema,
    estimatedTokens: count,
    /** The window that was sent: larger than the request's where the model was loaded with a larger one. */
    contextTokens: count,
    /** How a call was asked for; absent where tools were offered. */
    form: z.enum(callForms).optional(),
    /** What it was asked for, where that was no step of the agent's own work. */
    purpose: purposeSchema.optional(),
    /** What with the events before makes up the request, see `rebuildRequest`: the role's text and the tools, as `PromptFrame`. */
    frame: artifactSchema.optional(),
    temperature: z.number().optional(),
    seed: z.int().optional(),
    /** What of the conversation was left out of it; absent where all was in it. */
    elided: elisionSchema.optional(),
    /** What it says of the budget where that has changed since: a question that is asked again is the same. */
    budget: z.string().optional(),
    /** The estimate was made with this. */
    calibration: calibrationSchema.optional(),
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
    /** The server left out part of the prompt without a word. */
    truncated: z.boolean(),
    /** What the text was read as: the call that it is, or why what looks like one is none. Absent where it is but text. */
    read: z.object({ call: callSchema.optional(), problem: z.string().optional() }).optional(),
    /** The window that the server really has, where it says so and it is smaller than the one asked for. */
    window: z.int().positive().optional(),
    purpose: purposeSchema.optional(),
  }),
  'model-failed': z.object({
    run: z.string(),
    step: count,
    reason: reasonSchema,
    /** What the part of the answer that came has cost, where some came. Estimated. */
    promptTokens: count.optional(),
    outputTokens: count.optional(),
    newTokens: count.optional(),
    purpose: purposeSchema.optional(),
  }),
  'call-refused': z.object({ run: z.string(), step: count, call: callSchema, reason: reasonSchema }),
  'tool-called': z.object({
    run: z.string(),
    step: count,
    call: z.string(),
    tool: z.string(),
    arguments: z.unknown(),
    effect: z.enum(['read', 'write', 'execute', 'finish']),
    /** The rungs by which it was read, in their order; empty for a call that was right. */
    repairs: z.array(recordedRepairSchema),
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
    /** What was mended while it ran. */
    repairs: z.array(recordedRepairSchema).optional(),
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
  'proof-started': z.object({
    hash: z.string(),
    runner: z.string(),
    command: z.array(z.string()),
    again: z.string().optional(),
  }),
  /** `again` names the wish of a person who had the tests run once more: such a proof is told, and the task stands on its own one. */
  'proof-ended': z.object({ hash: z.string(), proof: proofSchema, again: z.string().optional() }),
  'vote-cast': voteSchema,
  /** A signed statement about a changeset, kept beside the trace: see `changesetStatement`. */
  'statement-signed': z.object({ hash: z.string(), artifact: artifactSchema }),
  ...decisionEvents,
  ...conversationEvents,
  ...findingEvents,
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
