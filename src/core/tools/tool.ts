import type { z } from 'zod';
import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { TestReport } from '../changes/proof/proof.ts';
import type { Repair } from '../models/callRepair.ts';
import type { RestrictedSandbox } from '../sandbox/sandbox.ts';

/** What a tool may do; a role is offered tools by it and a repair never moves a call to a stronger one. */
export type ToolEffect = 'read' | 'write' | 'execute' | 'finish';

/**
 * What the loop does with the call's answer. `output` (or `message`) is for the model: plain text, capped by the caller at 8 KB.
 * `whole` is what is kept of it where the tool has more to say than a model should read; without it, that text is the whole.
 * `likeness` is what two answers that say the same have in common, where their texts differ all the same.
 */
export type ToolOutcome =
  | {
      readonly ok: true;
      readonly output: string;
      readonly whole?: string;
      readonly likeness?: string;
      readonly finished?: { readonly summary: string };
      /** The user is asked something, and the run ends until they answer. */
      readonly asked?: { readonly question: string };
      /** All lines of the file that was read. */
      readonly lines?: number;
      /** What was mended while the call ran. */
      readonly repair?: Repair;
      /** The file that was changed, with the SHA-256 of its content before and after; null for none, and before a deletion. */
      readonly file?: { readonly path: string; readonly before: string | null; readonly after: string | null };
    }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly message: string;
      readonly whole?: string;
      readonly likeness?: string;
    };

export interface ToolContext {
  readonly sandbox: RestrictedSandbox;
  readonly signal: AbortSignal;
  /** Runs the repository's tests on the present tree, in a box of their own; a failure's text is for the model. */
  runTests(signal: AbortSignal): Promise<TestReport | { readonly unavailable: string }>;
  /** Asks the memory of the workspace, where there is one; the text is for the model. */
  recall?(query: string, signal: AbortSignal): Promise<{ readonly text: string } | { readonly unavailable: string }>;
  /** Keeps a question to the user, where one may be asked; a refusal's text is for the model. */
  askUser?(question: string, options: readonly string[], signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Keeps what the agent found besides its task, where that is wanted; a refusal's text is for the model. */
  reportFinding?(
    finding: {
      readonly path: string;
      readonly message: string;
      readonly oldText: string;
      readonly newText?: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<Result<void, Failure>>;
  /** Keeps an answer to a review comment of the user, by its number, where there are some; a refusal's text is for the model. */
  answerComment?(comment: number, answer: string): Promise<{ readonly kept: true } | { readonly unavailable: string }>;
}

export interface Tool<Parameters extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly effect: ToolEffect;
  readonly parameters: Parameters;
  execute(args: z.infer<Parameters>, context: ToolContext): Promise<ToolOutcome>;
}
