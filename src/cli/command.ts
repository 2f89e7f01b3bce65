import type { Failure } from '../base/failure.ts';
import type { CliIo } from './cliIo.ts';
import type { Writer } from './writers/writer.ts';

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  /** May be given several times. */
  readonly multiple?: boolean;
  /** Only said in the help; the command refuses to go without. */
  readonly required?: boolean;
  /** Name of the value in the help. */
  readonly value?: string;
  readonly help: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

export interface Invocation {
  readonly io: CliIo;
  readonly writer: Writer;
  readonly positionals: readonly string[];
  readonly values: OptionValues;
  /** Aborted by the first interrupt; a command that handles interrupts itself listens to `io.onInterrupt`. */
  readonly signal: AbortSignal;
}

/** A command of the CLI: data for the parser and the help, and what it does. Answers an exit code, or the failure to print. */
export interface Command {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the help shows them, for example `ID`; one that says nothing of its absence may be left out. */
  readonly operands: readonly { readonly name: string; readonly missing?: string }[];
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** False for a command whose output is not made of JSON lines. */
  readonly json: boolean;
  /** True for a command that handles interrupts itself. */
  readonly ownInterrupts?: boolean;
  run(invocation: Invocation): Promise<number | CliFailure>;
}

export interface CliFailure extends Failure {
  readonly exitCode?: number;
}

export function isFailure(outcome: number | CliFailure): outcome is CliFailure {
  return typeof outcome !== 'number';
}
