/** A command of a terminal that ended with an error. */
export interface FailedCommand {
  readonly line: string;
  readonly exitCode: number;
  /** Absolute path of the folder it ran in, where the shell told it. */
  readonly folder?: string;
  /** As it came from the shell, the end of it where it was long. */
  readonly output: string;
}

export interface Terminals {
  /** What is selected in the terminal on screen; empty for nothing. */
  selection(): Promise<string>;
  /** The newest command that failed in the terminal on screen, as far as its shell tells the editor. */
  failedCommand(): FailedCommand | undefined;
}
