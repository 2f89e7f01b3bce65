import type { Clock } from '../../base/clock.ts';
import type { Failure } from '../../base/failure.ts';
import type { Sha256 } from '../../base/hash.ts';
import type { Result } from '../../base/result.ts';
import type { Environments } from '../environments/environments.ts';
import type { Memory } from '../memory/memory.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import type { ModelCalibrations } from '../models/modelCalibrations.ts';
import type { Trial } from '../models/trial/trialJudgement.ts';
import type { RoleName } from '../models/roleName.ts';
import type { GuidancePins } from '../repository/guidancePins.ts';
import type { TreeStore } from '../repository/repository.ts';
import type { SandboxEngine } from '../sandbox/sandbox.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { Redactor } from '../trace/redactor.ts';
import type { SigningKey } from '../trace/signingKey.ts';

/** What the supervisor needs of the world. One set per workspace. */
export interface SupervisorPorts {
  readonly store: TreeStore;
  readonly engine: SandboxEngine;
  /** What repositories ask their tests to be run in; without it that is the base image. */
  readonly environments?: Environments;
  /** What the user pinned of the repository's instructions for agents; without it nothing is trusted. */
  readonly pins?: GuidancePins;
  /** What is remembered of the workspace; without it agents are told of nothing, and cannot ask. */
  readonly memory?: Memory;
  /** The model that a task asks in a role; its own where its settings name no other. */
  readonly createModel: (task: Task, role: RoleName) => Result<LanguageModel, Failure>;
  /** What is known of how models count; without it each run begins with the usual estimate. */
  readonly calibrations?: ModelCalibrations;
  /**
   * Finds out what the implementer's model can do, by asking it where that is not known; undefined for one that is not tried out (a
   * recording). `onStart` is awaited before the first question. Absent: no model is tried out.
   */
  readonly gradeModel?: (
    task: Task,
    options: { readonly signal: AbortSignal; readonly onStart: () => Promise<void> },
  ) => Promise<Result<Trial | undefined, Failure>>;
  readonly sha256: Sha256;
  /** Signs what is said of a changeset. */
  readonly key: SigningKey;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Names this process on the boxes it starts: `<pid>:<start time>:<host id>`. */
  readonly owner: string;
  /** The user's own wish; absent means gVisor where it works. A task that requires gVisor gets it all the same. */
  readonly preferredRuntime?: 'runsc' | 'runc';
}

/** One task in the supervisor's hands. */
export interface Assignment {
  readonly ports: SupervisorPorts;
  readonly trace: TaskTrace;
  readonly signal: AbortSignal;
}
