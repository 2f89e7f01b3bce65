import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { errorText } from '../../base/failure.ts';

export interface Program {
  /** The command-line program of this installation. */
  readonly script: string;
  readonly folder?: string;
  /** Settings of the person as an agent host gets them. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Runs the command-line program with the editor's own Node in a process of its own, for what has to be answered where no agent host
 * can be started. Each line that is a JSON object is given to `onObject`; answers the last line of what it complained of, empty for none.
 */
export function runProgram(
  { script, folder, variables }: Program,
  words: readonly string[],
  onObject: (value: object) => void,
  signal: AbortSignal,
): Promise<string> {
  const env = { ...process.env, ...variables, ELECTRON_RUN_AS_NODE: '1' };
  const options = { cwd: folder ?? homedir(), env, signal, windowsHide: true };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...words, '--json'], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (bytes: Buffer) => (errors = `${errors}${bytes.toString()}`.slice(-4_096)));
    createInterface(child.stdout).on('line', (line) => {
      const value = objectOf(line);
      if (value !== undefined) {
        onObject(value);
      }
    });
    child.once('error', (error) => resolve(errorText(error)));
    child.once('close', () => resolve(errors.trim().split('\n').at(-1) ?? ''));
  });
}

function objectOf(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // The rest of a line that was cut off.
    return undefined;
  }
}
