import type { Disposable } from '../base/lifecycle.ts';
import type { HostEntry } from '../host/client/startHost.ts';
import type { DoctorOptions, DoctorCheck } from '../host/doctor/doctorChecks.ts';

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
  readonly version: string;
  readonly hostEntry: HostEntry;
  /** Interrupt and termination signals; while nobody listens they end the process. */
  readonly onInterrupt: (listener: () => void) => Disposable;
  readonly runChecks: (
    options: Pick<DoctorOptions, 'repository' | 'ollamaHost' | 'signal'>,
  ) => AsyncIterable<DoctorCheck>;
}
