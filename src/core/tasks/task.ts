import type { z } from 'zod';
import type { Changeset } from '../changes/changeset.ts';
import type { Proof, TestReport } from '../changes/proof/proof.ts';
import type { Limits } from '../guards/limits.ts';
import type { ModelId } from '../models/languageModel.ts';
import type { PolicyJudgement } from '../policy/pathPolicy.ts';
import type { originSchema, settingsSchema, TraceEventData, usageSchema, voteSchema } from '../trace/traceEvent.ts';
import type { Conduct } from './conduct.ts';
import type { TaskState } from './taskState.ts';

export type Origin = z.infer<typeof originSchema>;
export type TaskUsage = z.infer<typeof usageSchema>;
export type TaskSettings = z.infer<typeof settingsSchema>;
export type Vote = z.infer<typeof voteSchema>;

/** A task: the fold of its trace. Never changed in place. */
export interface Task {
  readonly id: string;
  readonly goal: string;
  readonly origin: Origin;
  readonly model: ModelId;
  readonly replay: boolean;
  readonly limits: Limits;
  readonly settings: TaskSettings;
  readonly workspace: string;
  /** ISO 8601 of the first and the newest event. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly state: TaskState;
  /** The state to go back to from `waiting` and `paused`. */
  readonly interrupted?: TaskState;
  /** Why it stands where it stands: a failure, a wait, a cancellation. */
  readonly reason?: { readonly code: string; readonly message: string };
  readonly snapshot?: TraceEventData<'snapshot-taken'>;
  /** What the tests of the snapshot run in. */
  readonly environment?: TraceEventData<'environment-chosen'>;
  readonly run?: { readonly id: string; readonly agent: string; readonly ended: boolean };
  /** What the user said with each resume, oldest first. */
  readonly notes: readonly string[];
  readonly runs: number;
  /** Runs since the last resume that ended with a claim to be done; those that a box or the host broke off are none. */
  readonly attempts: number;
  readonly usage: TaskUsage;
  /** Tree of the newest checkpoint, where a new run goes on. */
  readonly checkpoint?: string;
  readonly changeset?: Changeset;
  /** The run that the changeset is from. */
  readonly changesetRun?: string;
  /** The changeset is what a run left that was stopped. */
  readonly unfinished: boolean;
  readonly summary?: string;
  readonly judgement?: PolicyJudgement;
  /** The changeset that `judgement` is about. */
  readonly judgedHash?: string;
  readonly proof?: Proof;
  /** Tests of the base as the first proof saw them: the base of a task never changes. */
  readonly baseline?: TestReport;
  readonly votes: readonly Vote[];
  /** The newest signed statement, about the changeset that it names. */
  readonly statement?: TraceEventData<'statement-signed'>;
  /** Paths already written to the checkout by an accept. */
  readonly applied: readonly string[];
  readonly closedTools: readonly string[];
  /** Failures in a row per tool, for the breaker. */
  readonly toolFailures: Readonly<Record<string, number>>;
  /** Answers in a row with a malformed call; several in one answer are one. */
  readonly malformedInARow: number;
  /** The answer that `malformedInARow` counted last, as `run/step`. */
  readonly malformedStep?: string;
  readonly silentInARow: number;
  readonly conduct: Conduct;
  /** It waits for the machine, for memory or for the engine: that time is nobody's. */
  readonly held: boolean;
  /** Seconds of such waits since the newest call of a tool. */
  readonly heldSeconds: number;
  /** Seconds that commands of the agent have taken, without what they waited for the machine. */
  readonly commandSeconds: number;
  /** Guards whose notice the agent of the present run has got; a new run has not seen the old ones. */
  readonly notices: readonly string[];
  /** An apply whose intent is on disk and whose result is not. */
  readonly openApply?: TraceEventData<'apply-intended'>;
  /** What the task does at this moment, one line, for lists. */
  readonly activity: string;
  readonly runtime?: {
    readonly name: string;
    readonly isolatedKernel: boolean;
    readonly unenforced?: string[];
  };
  readonly events: number;
}
