import type { Clock } from '../../base/clock.ts';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { ContextItem } from '../models/contextItem.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import type { SentPrompt } from '../models/promptPrefix.ts';
import type { Calibration } from '../models/tokenEstimate.ts';
import type { ModelCalibrations } from '../models/modelCalibrations.ts';
import type { RestrictedSandbox } from '../sandbox/sandbox.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
import type { Conversation } from './conversation.ts';
import type { Role } from './role.ts';

/** Why a run is over. Nothing is thrown out of the loop: what a model, a tool or a sandbox does wrong arrives here. */
export type RunEnd =
  | { readonly outcome: 'finished'; readonly summary: string }
  | { readonly outcome: 'stopped' | 'failed'; readonly reason: { readonly code: string; readonly message: string } }
  | { readonly outcome: 'interrupted'; readonly reason: { readonly code: string; readonly message: string } }
  | { readonly outcome: 'cancelled' };

export interface AgentPorts {
  readonly role: Role;
  readonly model: LanguageModel;
  readonly trace: TaskTrace;
  /** The narrow view: an agent's tools cannot end the box they run in. */
  readonly sandbox: RestrictedSandbox;
  readonly tools: readonly Tool[];
  readonly runTests: ToolContext['runTests'];
  /** Absent where there is no memory, or none is wanted. */
  readonly recall?: NonNullable<ToolContext['recall']>;
  /** Absent where the user made no comments. */
  readonly answerComment?: NonNullable<ToolContext['answerComment']>;
  /** Absent where the user is not to be asked. */
  readonly askUser?: NonNullable<ToolContext['askUser']>;
  /** Absent where findings are not wanted. */
  readonly reportFinding?: NonNullable<ToolContext['reportFinding']>;
  /** Saves the box's present tree as a checkpoint, so that a dead box costs one step and no more. */
  readonly checkpoint: (step: number, signal: AbortSignal) => Promise<Result<void, Failure>>;
  /** What is known of how models count; without it a run begins with the usual estimate. */
  readonly calibrations?: ModelCalibrations;
  /** Has a new plan made and recorded; absent where no plan is wanted. */
  readonly replan?: (conversation: Conversation, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface RunInput {
  readonly run: string;
  /** The goal with its context, as it stands in the trace: together the first message. */
  readonly items: readonly ContextItem[];
  readonly contextTokens: number;
}

/** What one run remembers between its steps; a new run starts with none of it. */
export interface RunMemory {
  /** The fold of what the run has recorded. */
  conversation: Conversation;
  /** The newest call: what a cache-holding server need not work on again. */
  previous?: SentPrompt;
  calibration: Calibration;
  /** The server said that its model takes no tools. */
  toolless?: boolean;
  /** The server said that it cannot hold an answer to a schema. */
  formatless?: boolean;
  /** A file was read that is too long to be written as a whole. */
  longFile?: boolean;
  /** The server has shown that it counts whole prompts, and not only what its cache lacked. */
  countsWhole?: boolean;
  /** The window that the server has for this model, in tokens, once it was asked; null where it does not say. */
  window?: number | null;
}

/** A sandbox failure as the end of a run: cancelled when that is why, else interrupted, which the supervisor mends. */
export function interruption(error: Failure, signal: AbortSignal): RunEnd {
  return signal.aborted
    ? { outcome: 'cancelled' }
    : { outcome: 'interrupted', reason: { code: error.reason, message: error.message } };
}
