import * as z from 'zod/mini';
import { storageClasses, storageReportSchema } from './storage.ts';
import { taskViewSchema } from './taskView.ts';

/** Client and agent host: JSON-RPC over a local socket, every message checked on both sides. */
export const hostProtocolVersion = 1;

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

/** Characters of what the user says to the agent with a resume. */
export const longestNote = 4_000;

/** The user's own settings, sent by the client that starts a task. Never read from a workspace. */
export const taskSettingsSchema = z.object({
  ollamaHost: z.optional(z.string()),
  contextTokens: z.optional(z.int().check(z.positive())),
  requireGvisor: z.optional(z.boolean()),
  /** Leave to run in boxes whose limits the engine does not keep. */
  allowUnlimited: z.optional(z.boolean()),
  testCommand: z.optional(z.array(z.string())),
  limits: z.optional(limitWishSchema),
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
});

export const stateDeltaSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('task'), seq: count, task: taskViewSchema }),
  z.object({ kind: z.literal('trace'), seq: count, task: z.string(), line: traceLineSchema }),
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

const conflict = z.object({ path: z.string(), reason: z.string(), message: z.string() });
const taskParams = z.object({ task: z.string() });

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
  /** `paths` absent: every file that is not protected. Named paths are applied even when protected: naming one is the approval. */
  applyTask: {
    params: z.object({ task: z.string(), paths: z.optional(z.array(z.string())) }),
    result: z.object({
      task: taskViewSchema,
      applied: z.array(z.string()),
      conflicts: z.array(conflict),
      /** Protected files that still wait for an approval of their own. */
      remaining: z.array(z.string()),
    }),
  },
  patch: {
    params: z.object({ task: z.string(), paths: z.optional(z.array(z.string())) }),
    result: z.object({ patch: z.string() }),
  },
  /** One side of a changed file, base64; null where that side does not exist. */
  readSide: {
    params: z.object({ task: z.string(), path: z.string(), side: z.enum(['base', 'result']) }),
    result: z.object({ bytes: z.nullable(z.string()) }),
  },
  /** A page of the trace: at most 1,000 lines from number `from` on. Asked again from the next number until it is empty. */
  traceLines: {
    params: z.object({ task: z.string(), from: count }),
    result: z.object({ lines: z.array(traceLineSchema) }),
  },
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
  /** Asks the host to end now; refused while tasks run unless forced. */
  shutdown: { params: z.object({ force: z.boolean() }), result: z.object({ stopping: z.boolean() }) },
} as const;

/** Notification from the host: `stateChanged` with one delta. */
export const stateChangedNotification = 'stateChanged';

/** `previous` is the newest number this client was sent before; what lies between was left out on purpose (trace lines). */
export const stateChangedSchema = z.object({ previous: count, delta: stateDeltaSchema });

/** Notification from the host, without parameters: it ends on purpose, so a client does not start it again by itself. */
export const hostStoppingNotification = 'hostStopping';

export const hostErrorSchema = z.object({ reason: z.string(), exitCode: z.optional(z.int()) });

export type EnvironmentView = z.infer<typeof environmentViewSchema>;
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
