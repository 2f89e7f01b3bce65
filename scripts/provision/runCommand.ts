import { spawn } from 'node:child_process';

export interface CommandResult {
  /** Exit code; `null` when the command could not start or was ended by a signal or the deadline. */
  readonly code: number | null;
  /** The last 64 KiB of standard output and standard error, mixed in the order of arrival. */
  readonly output: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds after which the command is ended. */
  readonly deadline: number;
}

const outputLimit = 64 * 1024;

/** Runs a command without a shell and never rejects: failing to start is a result with the reason in `output`. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.deadline,
      killSignal: 'SIGKILL',
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const collect = (text: string): void => {
      output = (output + text).slice(-outputLimit);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => resolve({ code: null, output: `${file}: ${error.message}` }));
    child.once('close', (code, signal) => {
      if (signal !== null) collect(`\n${file} was ended by ${signal} (limit ${options.deadline / 1000} s)`);
      resolve({ code, output });
    });
  });
}

/** The last line with text in it, which is where tools put the reason of their failure. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
