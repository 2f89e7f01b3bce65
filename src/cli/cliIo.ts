import type { Readable, Writable } from 'node:stream';
import type { Disposable } from '../base/lifecycle.ts';
import type { HostEntry } from '../host/client/startHost.ts';
import type { ModelDesk } from '../host/models/modelDesk.ts';
import type { DoctorOptions } from '../host/doctor/doctorChecks.ts';
import type { DoctorCheck } from '../protocol/doctorCheck.ts';

export interface Output {
  write(text: string): void;
  readonly isTty: boolean;
  /** Width of the terminal in characters; undefined when it is none. */
  readonly columns: number | undefined;
}

/** Everything a command touches outside of itself, so that commands are tested without a process. */
export interface CliIo {
  /** Without the names of the interpreter and the program. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input as text; empty where it is a terminal. Rejects when the signal is aborted. */
  readonly readInput: (signal: AbortSignal) => Promise<string>;
  /** Standard input and output as they are, for a protocol that is spoken over them. */
  readonly streams: () => { readonly input: Readable; readonly output: Writable };
  readonly version: string;
  readonly hostEntry: HostEntry;
  /** Interrupt and termination signals; while nobody listens they end the process. */
  readonly onInterrupt: (listener: () => void) => Disposable;
  /** Made anew for each command that asks: it keeps nothing but files. */
  readonly models: () => Pick<ModelDesk, 'list' | 'probe' | 'pull'>;
  readonly runChecks: (
    options: Pick<DoctorOptions, 'repository' | 'ollamaHost' | 'openaiBaseUrl' | 'brief' | 'signal'>,
  ) => AsyncIterable<DoctorCheck>;
}
