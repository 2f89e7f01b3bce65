import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { ensureWorkspace, type WorkspacePaths } from '../paths.ts';

/** The program of the agent host: `node script --workspace ROOT`. `node` may be an Electron that can run as Node. */
export interface HostEntry {
  readonly node: string;
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A host that was started and may still be on its way. */
export interface StartedHost {
  /** Undefined while it runs. */
  readonly exit: () => { readonly code: number | null; readonly lastLine: string } | undefined;
}

/** A log longer than this is put aside at the next start, one generation. */
const maxLogBytes = 5 * 1024 * 1024;
const tailBytes = 8 * 1024;
const loggedError = /^\d{4}-\d\d-\d\dT\S+ error /;

/** Starts the host in a session of its own, so that it outlives us; what it prints goes to the workspace's log. */
export function startHost(paths: WorkspacePaths, entry: HostEntry): Result<StartedHost, Failure> {
  const ready = ensureWorkspace(paths);
  if (!ready.ok) {
    return ready;
  }
  try {
    rotate(paths.log);
    const log = openSync(paths.log, 'a', 0o600);
    try {
      const from = fstatSync(log).size;
      const child = spawn(entry.node, [entry.script, '--workspace', paths.root], {
        cwd: paths.directory,
        detached: true,
        env: { ...process.env, ...entry.env, ELECTRON_RUN_AS_NODE: '1' },
        stdio: ['ignore', log, log],
        windowsHide: true,
      });
      child.unref();
      return ok(watch(child, paths.log, from));
    } finally {
      closeSync(log);
    }
  } catch (error) {
    return fail(failure('host-not-started', `The agent host could not be started (${errorText(error)}).`));
  }
}

function watch(child: ChildProcess, log: string, from: number): StartedHost {
  let problem: string | undefined;
  child.on('error', (error) => {
    problem = error.message;
  });
  return {
    exit: () => {
      if (problem !== undefined) {
        return { code: 1, lastLine: problem };
      }
      if (child.exitCode === null && child.signalCode === null) {
        return undefined;
      }
      return { code: child.exitCode, lastLine: whatTheLogSays(log, from) };
    },
  };
}

/** Of what was written after `from` bytes, the line that says best what went wrong; empty when there is none. */
export function whatTheLogSays(log: string, from = 0): string {
  try {
    const file = openSync(log, 'r');
    try {
      const { size } = fstatSync(file);
      const start = Math.max(from, size - tailBytes);
      const bytes = Buffer.alloc(Math.max(0, size - start));
      readSync(file, bytes, 0, bytes.length, start);
      return lastWords(bytes.toString('utf8'));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

/** The newest error of our own logger without its stamp, else of the interpreter, else the last line with something on it. */
function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const logged = lines.findLast((line) => loggedError.test(line))?.replace(loggedError, '');
  return logged ?? lines.findLast((line) => /^\w*Error\b.*:/.test(line)) ?? lines.at(-1) ?? '';
}

function rotate(log: string): void {
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) > maxLogBytes) {
    renameSync(log, `${log}.1`);
  }
}
