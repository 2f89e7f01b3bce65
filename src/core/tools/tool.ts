import type { z } from 'zod';
import type { TestReport } from '../changes/proof/proof.ts';
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
}

export interface Tool<Parameters extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly effect: ToolEffect;
  readonly parameters: Parameters;
  execute(args: z.infer<Parameters>, context: ToolContext): Promise<ToolOutcome>;
}
