import * as z from 'zod/mini';
import { conversationMethods } from './conversation.ts';
import { decisionMethods } from './decisionMethods.ts';
import { findingMethods, findingStatusSchema } from './findings.ts';
import { memoryStatusSchema } from './memory.ts';
import { memoryMethods } from './memoryMethods.ts';
import { lendModelsMethod } from './modelLending.ts';
import { modelListSchema, modelViewSchema } from './models.ts';
import { proofMethods } from './proofMethods.ts';
import { storageClasses, storageReportSchema } from './storage.ts';
import { taskViewSchema } from './taskView.ts';
import { terminalMethods } from './terminal.ts';
import { timelineMethods } from './timeline.ts';

/** Client and agent host: JSON-RPC over a local socket, every message checked on both sides. */
export const hostProtocolVersion = 2;

const count = z.int().check(z.nonnegative());

export const originViewSchema = z.object({
  kind: z.enum(['cli', 'command', 'selection', 'diagnostic', 'todo', 'test', 'terminal', 'api']),
  file: z.optional(z.string()),
  startLine: z.optional(z.int()),
  endLine: z.optional(z.int()),
  text: z.optional(z.string().check(z.maxLength(20_000))),
});

/** The limits of a task whose user set none: tokens not sent before, steps, seconds of work. */
export const usualLimits = { newTokens: 50_000, steps: 40, seconds: 30 * 60 };

/** The most that a task's limits can be set to; far beyond use, so that sums and times of day stay within what is counted with. */
export const largestLimits = { newTokens: 100_000_000, steps: 10_000, seconds: 7 * 86_400 };

const limitUpTo = (value: number) => z.optional(z.int().check(z.positive(), z.lte(value)));

/** Limits as the user wants them. */
const limitWishSchema = z.object({
  newTokens: limitUpTo(largestLimits.newTokens),
  steps: limitUpTo(largestLimits.steps),
  seconds: limitUpTo(largestLimits.seconds),
});

/** When a plan is made before the work: `auto` where the supervisor has a model of its own, or the model is one that needs it. */
export const planModes = ['auto', 'never', 'always'] as const;

/** Whether agents are told what the memory of the workspace knows, and may ask it: `auto` where there is one. */
export const recallModes = ['auto', 'never'] as const;

/** Characters of what the user says to the agent with a resume. */
export const longestNote = 4_000;

/** A model as people write it: `driver:name`. */
const modelText = z.string().check(z.trim(), z.minLength(1), z.maxLength(500));

/** Models of roles that do not use the task's own. */
const roleModelsSchema = z.object({
  supervisor: z.optional(modelText),
  implementer: z.optional(modelText),
  reviewer: z.optional(modelText),
  tester: z.optional(modelText),
  security: z.optional(modelText),
});

/** A window that a user may set, tokens: with less no task gets anywhere. */
export const windowRange = { least: 4_096, most: 1_048_576 } as const;

/** The user's own settings, sent by the client that starts a task. Never read from a workspace. */
export const taskSettingsSchema = z.object({
  ollamaHost: z.optional(z.string()),
  /** Base address of the server of `openai:` models. Its key is never part of a task. */
  openaiBaseUrl: z.optional(z.string()),
  contextTokens: z.optional(z.int().check(z.positive())),
  requireGvisor: z.optional(z.boolean()),
  /** Leave to run in boxes whose limits the engine does not keep. */
  allowUnlimited: z.optional(z.boolean()),
  testCommand: z.optional(z.array(z.string())),
  limits: z.optional(limitWishSchema),
  plan: z.optional(z.enum(planModes)),
  recall: z.optional(z.enum(recallModes)),
  models: z.optional(roleModelsSchema),
});

/** One line of a task's trace, as clients follow it: parsed for show, never a source of state. */
export const traceLineSchema = z.object({
  seq: count,
  ts: z.string(),
  type: z.string(),
  actor: z.string(),
  data: z.unknown(),
});

/** A line of a trace by its number, from 0, and the SHA-256 of its bytes. */
export const traceHeadSchema = z.object({ seq: count, hash: z.string() });

export const hostStateSchema = z.object({
  /** Number of the newest delta that this state contains. */
  seq: count,
  workspace: z.object({ id: z.string(), root: z.string() }),
  tasks: z.array(taskViewSchema),
  /** Absent where the memory of this workspace was not used yet. */
  memory: z.optional(memoryStatusSchema),
  /** Absent where there are no findings. */
  findings: z.optional(findingStatusSchema),
});

export const stateDeltaSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('task'), seq: count, task: taskViewSchema }),
  z.object({ kind: z.literal('trace'), seq: count, task: z.string(), line: traceLineSchema }),
  /** At most a few a second. */
  z.object({ kind: z.literal('memory'), seq: count, status: memoryStatusSchema }),
  z.object({ kind: z.literal('findings'), seq: count, status: findingStatusSchema }),
]);

/** What the tests of a repository run in, and what would have to happen first. Shown to a person before anything of it does. */
export const environmentViewSchema = z.object({
  source: z.enum(['environment.yml', 'devcontainer', 'lockfile', 'base']),
  /** Names exactly this; what is agreed to. Empty where there is nothing to agree to. */
  definition: z.string(),
  status: z.enum(['base', 'needs-approval', 'approved']),
  /** The image or Dockerfile that is started from; null for the base image. */
  image: z.nullable(z.string()),
  /** Text of that Dockerfile, with what it is built with. */
  dockerfile: z.optional(
    z.object({ text: z.string(), target: z.optional(z.string()), arguments: z.record(z.string(), z.string()) }),
  ),
  /** Images that are fetched where they are missing. */
  fetches: z.array(z.string()),
  steps: z.array(z.array(z.string())),
  /** Whether setup may reach public hosts; a list names the only ones. */
  network: z.union([z.boolean(), z.array(z.string())]),
  /** Hosts that the user named beside those. */
  hosts: z.array(z.string()),
  scripts: z.boolean(),
  /** Files of the repository that setup sees. */
  files: z.array(z.string()),
  testCommand: z.optional(z.array(z.string())),
  warnings: z.array(z.string()),
});

/** Instructions for agents in the checkout as it is now, or pinned once. */
export const guidanceViewSchema = z.object({
  path: z.string(),
  /** Of the exact bytes; of the pinned ones where the file is gone. */
  sha256: z.string(),
  bytes: count,
  /** The files that it is about, in words. */
  about: z.string(),
  /** `changed`: other bytes at this path were pinned, so that these are not. */
  status: z.enum(['unpinned', 'pinned', 'changed', 'gone']),
  /** Without front matter; only where it was asked for, and the file is there. */
  text: z.optional(z.string()),
});

const guidanceResult = z.object({ files: z.array(guidanceViewSchema) });
const guidancePath = z.string().check(z.minLength(1), z.maxLength(4_096));

const taskParams = z.object({ task: z.string() });

/** Requests that change nothing: asked once more where a host ended before it answered. */
export const readingMethods: ReadonlySet<string> = new Set([
  'environment',
  'episodes',
  'comments',
  'explainPath',
  'exportFindings',
  'getTask',
  'graph',
  'hunks',
  'listFindings',
  'listModels',
  'listTasks',
  'memorySettle',
  'memoryStatus',
  'mergeSides',
  'patch',
  'proofs',
  'readSide',
  'recall',
  'timeline',
  'timelineDetail',
  'traceLines',
  'verifyTrace',
]);

/** Requests a client may make. */
export const hostMethods = {
  /**
   * First request of every connection; another version is refused with both numbers in the message. Its `protocolVersion`, and
   * `shutdown` with its `force`, keep their meaning for ever: with them a newer client ends an older host that is idle.
   */
  initialize: {
    params: z.object({
      protocolVersion: z.int(),
      client: z.string(),
      /** Newest delta the client has; missed deltas follow as notifications when the host still has them. */
      since: z.optional(count),
      /** The host process that numbered `since`; another one numbers anew, and then the whole state is sent. */
      instance: z.optional(z.string()),
      /** Follow trace lines as well as task views. */
      trace: z.boolean(),
      /** This client is a window that can lend language models: see `modelLending`. */
      lends: z.optional(z.boolean()),
    }),
    result: z.object({
      protocolVersion: z.int(),
      product: z.string(),
      pid: z.int(),
      /** Names this life of the host. */
      instance: z.string(),
      /** Null when `since` could be honoured and only deltas follow. */
      state: z.nullable(hostStateSchema),
    }),
  },
  createTask: {
    params: z.object({
      /** The task's id, chosen by the client: asked again with the same one, after a lost answer, the host makes no second task. */
      task: z.optional(z.string().check(z.regex(/^task-[0-9a-z]{10}$/))),
      goal: z.string().check(z.trim(), z.minLength(1), z.maxLength(20_000)),
      origin: originViewSchema,
      model: z.string(),
      settings: taskSettingsSchema,
    }),
    result: z.object({ task: taskViewSchema }),
  },
  getTask: { params: taskParams, result: z.object({ task: taskViewSchema }) },
  listTasks: { params: z.object({}), result: z.object({ tasks: z.array(taskViewSchema) }) },
  cancelTask: { params: taskParams, result: z.object({ task: taskViewSchema }) },
  /** Lets a task go on that failed, waits or is paused. Each limit is a new value above the present one; the note is for the agent. */
  resumeTask: {
    params: z.object({
      task: z.string(),
      limits: z.optional(limitWishSchema),
      note: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(longestNote))),
    }),
    result: z.object({ task: taskViewSchema }),
  },
  discardTask: { params: taskParams, result: z.object({ task: taskViewSchema }) },
  ...decisionMethods,
  ...conversationMethods,
  patch: {
    params: z.object({ task: z.string(), paths: z.optional(z.array(z.string())) }),
    result: z.object({ patch: z.string() }),
  },
  /**
   * One side of a changed file, base64; null where that side does not exist. `taken` is the base with what was accepted, `offered` the
   * result without what was rejected: what differs between these two is left to decide.
   */
  readSide: {
    params: z.object({ task: z.string(), path: z.string(), side: z.enum(['base', 'result', 'taken', 'offered']) }),
    result: z.object({ bytes: z.nullable(z.string()) }),
  },
  /** A page of the trace: at most 1,000 lines from number `from` on. Asked again from the next number until it is empty. */
  traceLines: {
    params: z.object({ task: z.string(), from: count }),
    result: z.object({ lines: z.array(traceLineSchema) }),
  },
  ...timelineMethods,
  ...terminalMethods,
  /** Of the checkout as it is now; with `task`, of that task's changeset. */
  environment: {
    params: z.object({ task: z.optional(z.string()) }),
    result: z.object({ environment: environmentViewSchema }),
  },
  /**
   * The user's word that exactly this definition may be set up. Refused when it is not what the checkout, or the task's changeset,
   * asks for now. A task that waits for its review without proof is proved again.
   */
  approveEnvironment: {
    params: z.object({
      definition: z.string(),
      hosts: z.array(z.string()),
      task: z.optional(z.string()),
    }),
    result: z.object({ environment: environmentViewSchema, proving: z.boolean() }),
  },
  /** What the repository says to agents, each with whether the user pinned exactly that. */
  guidance: { params: z.object({ texts: z.optional(z.boolean()) }), result: guidanceResult },
  /** The user's word that a file as it is now is theirs; refused when these bytes do not stand there. */
  pinGuidance: {
    params: z.object({ path: guidancePath, sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) }),
    result: guidanceResult,
  },
  unpinGuidance: { params: z.object({ path: guidancePath }), result: guidanceResult },
  /** `known`: a place in the trace that the client remembers, checked as well. */
  verifyTrace: {
    params: z.object({ task: z.string(), known: z.optional(traceHeadSchema) }),
    result: z.object({
      ok: z.boolean(),
      events: count,
      /** The last good line. */
      head: z.optional(traceHeadSchema),
      /** The public key that its checkpoints are signed with, as `nightshift trace key` prints it. */
      key: z.optional(z.string()),
      /** See `BadTrace`. */
      firstBad: z.optional(
        z.object({
          line: z.optional(count),
          reason: z.string(),
          version: z.optional(z.enum(['newer', 'older'])),
        }),
      ),
    }),
  },
  /** The signed statement about the task's changeset: a DSSE envelope as JSON. */
  traceStatement: { params: taskParams, result: z.object({ envelope: z.string() }) },
  /**
   * What is kept for this workspace and in the engine, with sizes; removes what may go when `apply`. Without `olderThanDays` what
   * is merely old stays. Work that is in no checkout stays always.
   */
  cleanUp: {
    params: z.object({
      apply: z.boolean(),
      olderThanDays: z.optional(z.number().check(z.nonnegative())),
      classes: z.optional(z.array(z.enum(storageClasses))),
    }),
    result: storageReportSchema,
  },
  /**
   * The key for the server at this base address, and for no other; an empty one takes it away. Kept in memory until the host
   * ends, and sent by whoever knows it each time it connects.
   */
  setModelKey: {
    params: z.object({ baseUrl: z.string().check(z.maxLength(2_000)), key: z.string().check(z.maxLength(10_000)) }),
    result: z.object({}),
  },
  lendModels: lendModelsMethod,
  /** What can be worked with: models of every configured driver, with grades, and what is recommended for this machine. */
  listModels: { params: z.object({ settings: taskSettingsSchema }), result: modelListSchema },
  /** Tries a model out, whatever is known of it, and keeps the grade. Takes seconds to minutes; tells progress, ends when it is cancelled. */
  probeModel: {
    params: z.object({ model: modelText, settings: taskSettingsSchema, progress: z.optional(z.string()) }),
    result: z.object({ model: modelViewSchema }),
  },
  /** Lets the Ollama server fetch a model. Tells progress; ends when it is cancelled, and the next pull goes on from there. */
  pullModel: {
    params: z.object({ name: modelText, settings: taskSettingsSchema, progress: z.optional(z.string()) }),
    result: z.object({ model: modelViewSchema }),
  },
  ...proofMethods,
  ...findingMethods,
  ...memoryMethods,
  /** Asks the host to end now; refused while tasks run unless forced. */
  shutdown: { params: z.object({ force: z.boolean() }), result: z.object({ stopping: z.boolean() }) },
} as const;

/** Notification from the host: `stateChanged` with one delta. */
export const stateChangedNotification = 'stateChanged';

/** `previous` is the newest number this client was sent before; what lies between was left out on purpose (trace lines). */
export const stateChangedSchema = z.object({ previous: count, delta: stateDeltaSchema });

/** Notification from the host, without parameters: it ends on purpose, so a client does not start it again by itself. */
export const hostStoppingNotification = 'hostStopping';

/**
 * Requests that tell of their progress, by `$/progress` with the token of their `progress` and a `requestProgressSchema`, and that end
 * when they are cancelled, by `$/cancelRequest` or by the end of the connection.
 */
export const longMethods = [
  'probeModel',
  'pullModel',
  'fetchEmbedding',
  'proveAgain',
  'runTests',
] as const satisfies readonly HostMethod[];

/**
 * Requests that change or open something, and that end when they are cancelled as long as nothing is: who cancelled one still waits
 * for the answer, which says what became of it. The end of the connection does not cancel them.
 */
export const stoppableMethods: ReadonlySet<string> = new Set([
  'applyTask',
  'approveEnvironment',
  'cleanUp',
  'createTask',
  'importFindings',
  'openTerminal',
  'takeOver',
  'undoAccept',
] satisfies HostMethod[]);

export const hostErrorSchema = z.object({ reason: z.string(), exitCode: z.optional(z.int()) });

export type EnvironmentView = z.infer<typeof environmentViewSchema>;
export type GuidanceView = z.infer<typeof guidanceViewSchema>;
export type HostMethod = keyof typeof hostMethods;
export type HostParams<M extends HostMethod> = z.infer<(typeof hostMethods)[M]['params']>;
export type HostResult<M extends HostMethod> = z.infer<(typeof hostMethods)[M]['result']>;
export type HostState = z.infer<typeof hostStateSchema>;
export type StateDelta = z.infer<typeof stateDeltaSchema>;
export type StateChanged = z.infer<typeof stateChangedSchema>;
export type TraceHead = z.infer<typeof traceHeadSchema>;
export type TraceLine = z.infer<typeof traceLineSchema>;
export type OriginView = z.infer<typeof originViewSchema>;
export type TaskSettings = z.infer<typeof taskSettingsSchema>;
