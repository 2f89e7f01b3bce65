import type { Clock } from '../../base/clock.ts';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { LanguageModel, Message } from '../models/languageModel.ts';
import type { SentPrompt } from '../models/promptPrefix.ts';
import type { Calibration } from '../models/tokenEstimate.ts';
import type { RestrictedSandbox } from '../sandbox/sandbox.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { Tool, ToolContext } from '../tools/tool.ts';
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
  /** Saves the box's present tree as a checkpoint, so that a dead box costs one step and no more. */
  readonly checkpoint: (step: number, signal: AbortSignal) => Promise<Result<void, Failure>>;
  readonly clock: Clock;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface RunInput {
  readonly run: string;
  /** The goal with its context, as the first user message. */
  readonly goal: string;
  readonly contextTokens: number;
}

/** What one run remembers between its steps; a new run starts with none of it. */
export interface RunMemory {
  /** Assistant, tool and notice messages, oldest first, complete. */
  readonly history: Message[];
  /** The newest call: what a cache-holding server need not work on again. */
  previous?: SentPrompt;
  calibration: Calibration;
}

/** A sandbox failure as the end of a run: cancelled when that is why, else interrupted, which the supervisor mends. */
export function interruption(error: Failure, signal: AbortSignal): RunEnd {
  return signal.aborted
    ? { outcome: 'cancelled' }
    : { outcome: 'interrupted', reason: { code: error.reason, message: error.message } };
}
