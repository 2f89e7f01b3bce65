import type { z } from 'zod';
import type { Changeset } from '../changes/changeset.ts';
import type { Proof, TestReport } from '../changes/proof/proof.ts';
import type { Limits } from '../guards/limits.ts';
import type { MissingAccess } from '../models/modelAccess.ts';
import type { ModelId } from '../models/languageModel.ts';
import type { ModelGrade } from '../models/modelGrade.ts';
import type { PolicyJudgement } from '../policy/pathPolicy.ts';
import type { originSchema, settingsSchema, TraceEventData, usageSchema, voteSchema } from '../trace/traceEvent.ts';
import type { Conduct } from './conduct.ts';
import type { FileDecision } from './fileDecision.ts';
import type { LastResult } from './lastResult.ts';
import type { TaskFinding } from './taskFinding.ts';
import type { Question } from './question.ts';
import type { ReviewComment } from './reviewComment.ts';
import type { ReviewedFile } from './reviewedFile.ts';
import type { TaskState } from './taskState.ts';

export type Origin = z.infer<typeof originSchema>;
export type TaskUsage = z.infer<typeof usageSchema>;
export type TaskSettings = z.infer<typeof settingsSchema>;
export type Vote = z.infer<typeof voteSchema>;

/** A write of an accept, with what undoes it. */
export type AcceptedWrite = TraceEventData<'apply-intended'>['writes'][number];

/** Where an accept went beside the working tree. */
export type TaskPlacement = NonNullable<TraceEventData<'apply-intended'>['placement']>;

/** All in tokens. */
export interface ServedWindow {
  /** As the server said; absent where only a cut told of it. */
  readonly window?: number;
  /** The newest prompt that the server cut, as much of it as was left. */
  readonly cutTo?: number;
  /** Prompts that the server cut, since the task was begun or a person let it go on. */
  readonly cuts: number;
}

/** A task: the fold of its trace. Never changed in place. */
export interface Task {
  readonly id: string;
  readonly goal: string;
  readonly origin: Origin;
  readonly model: ModelId;
  readonly replay: boolean;
  /** Of the implementer's model. */
  readonly grade?: ModelGrade;
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
  /** The steps that the agent works by; none where a plan could not be made. */
  readonly plan?: { readonly steps: readonly string[] };
  /** What the model's server turned out to have room for, where that is less than was asked for. */
  readonly served?: ServedWindow;
  /** A person let it go on: somebody waits for it. */
  readonly resumed: boolean;
  /** What the user said to the agent, oldest first. */
  readonly notes: readonly string[];
  /** What of it, and whether a review, the agent has not been told yet. */
  readonly unheard: { readonly notes: readonly string[]; readonly review: boolean };
  /** All comments of the user on results of this task, in the order in which they were sent. */
  readonly comments: readonly ReviewComment[];
  /** What the agent has asked the user, oldest first. */
  readonly questions: readonly Question[];
  /** What the agent found besides its task. */
  readonly findings: readonly TaskFinding[];
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
  /** What waited for its review before the user sent it back, while the agent goes over it. */
  readonly lastResult?: LastResult;
  readonly judgement?: PolicyJudgement;
  /** The changeset that `judgement` is about. */
  readonly judgedHash?: string;
  readonly proof?: Proof;
  /** What the tests said when a person had them run once more, the newest time; the task stands on `proof` all the same. */
  readonly provedAgain?: Pick<Proof, 'hash' | 'verdict' | 'reason'>;
  /** Tests of the base as the first proof saw them: the base of a task never changes. */
  readonly baseline?: TestReport;
  readonly votes: readonly Vote[];
  /** The newest signed statement, about the changeset that it names. */
  readonly statement?: TraceEventData<'statement-signed'>;
  /** Paths whose whole change was written to the checkout by an accept. */
  readonly applied: readonly string[];
  /** Of files that are accepted or rejected in parts, or rejected as a whole. */
  readonly decisions: readonly FileDecision[];
  /** Files that the user has looked at, as they were then. */
  readonly reviewed: readonly ReviewedFile[];
  /** Where its user went on with it by themselves, the newest time. */
  readonly takenOver?: TraceEventData<'taken-over'>;
  /** Its user wants it out of the lists. */
  readonly archived: boolean;
  readonly closedTools: readonly string[];
  /** Failures in a row per tool, for the breaker. */
  readonly toolFailures: Readonly<Record<string, number>>;
  /** Answers in a row with a malformed call; several in one answer are one. */
  readonly malformedInARow: number;
  /** The answer that `malformedInARow` counted last, as `run/step`. */
  readonly malformedStep?: string;
  readonly silentInARow: number;
  readonly conduct: Conduct;
  /** It waits for the machine, for memory, for the engine or for its turn at a model: that time is nobody's. */
  readonly held: boolean;
  /** Seconds of such waits since the newest call of a tool. */
  readonly heldSeconds: number;
  /** Seconds that commands of the agent have taken, without what they waited for the machine. */
  readonly commandSeconds: number;
  /** Guards whose notice the agent of the present run has got; a new run has not seen the old ones. */
  readonly notices: readonly string[];
  /** An apply whose intent is on disk and whose result is not. */
  readonly openApply?: TraceEventData<'apply-intended'>;
  /** What accepts wrote to files that stand accepted, wholly or in part, oldest first. */
  readonly accepts: readonly AcceptedWrite[];
  /** Where accepts that stand went beside the working tree, oldest first. */
  readonly placements: readonly TaskPlacement[];
  /** An undo whose intent is on disk and whose result is not. */
  readonly openUndo?: TraceEventData<'undo-intended'>;
  /** The model that it waits to be allowed to ask, as `driver:name`. */
  readonly awaited?: { readonly model: string; readonly need: MissingAccess['need'] };
  /** What the task does at this moment, one line, for lists. */
  readonly activity: string;
  readonly runtime?: {
    readonly name: string;
    readonly isolatedKernel: boolean;
    readonly unenforced?: string[];
  };
  readonly events: number;
}
