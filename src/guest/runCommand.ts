import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../base/failure.ts';
import { ok } from '../base/result.ts';
import type { GuestParams, GuestResult } from '../protocol/guest.ts';
import { OutputCap } from './outputCap.ts';
import { type Answer, errnoOf, refuse } from './refusal.ts';

/** Bytes of each output stream that fit in one answer, even when JSON escapes make text longer. */
export const maxCommandOutput = 192 * 1024;
/** Milliseconds for pipes to drain after the command's own end. */
const drainMilliseconds = 1_000;

export interface CommandPlace {
  readonly repository: string;
  /** Folder for temporary files that may execute; made when it is missing. */
  readonly temporary: string;
  readonly home: string;
  readonly searchPath: string;
  /** Ends all that the command left behind; false when something survived. */
  killLeftovers(): Promise<boolean>;
}

/**
 * Runs argv as the leader of its own process group with a fresh environment and pipes of its own, so that nothing it starts
 * inherits the channel. When it ends, or its time is over, every process it left is killed before the answer is given.
 */
export async function runCommand(
  place: CommandPlace,
  params: GuestParams<'run_command'>,
): Promise<Answer<GuestResult<'run_command'>>> {
  const [program = '', ...args] = params.argv;
  const started = performance.now();
  let child: ChildProcess;
  try {
    mkdirSync(place.temporary, { recursive: true });
    child = spawn(program, args, {
      cwd: place.repository,
      env: commandEnvironment(place, params.environment),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return refuseSpawn(error, program);
  }
  const cap = Math.min(params.maxOutputBytes, maxCommandOutput);
  const stdout = new OutputCap(cap);
  const stderr = new OutputCap(cap);
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = new Promise<{ error?: Error; exitCode: number | null; signal: string | null }>((resolve) => {
    child.once('error', (error) => resolve({ error, exitCode: null, signal: null }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  preferAsVictim(child.pid);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, params.timeoutMs);
  const outcome = await ended;
  clearTimeout(timer);
  if (!(await place.killLeftovers())) {
    return refuse('failed', 'Processes of the command could not be ended; the sandbox must be replaced.');
  }
  if (outcome.error !== undefined) {
    return refuseSpawn(outcome.error, program);
  }
  await Promise.race([closed, delay(drainMilliseconds, undefined, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  return ok({
    exitCode: outcome.exitCode,
    signal: outcome.signal,
    timedOut,
    stdout: stdout.text(),
    stderr: stderr.text(),
    omittedBytes: stdout.omittedBytes + stderr.omittedBytes,
    milliseconds: performance.now() - started,
  });
}

function commandEnvironment(place: CommandPlace, given: Readonly<Record<string, string>>): Record<string, string> {
  return {
    PATH: place.searchPath,
    HOME: place.home,
    LANG: 'C.UTF-8',
    TMPDIR: place.temporary,
    ...given,
  };
}

/** When memory runs out the kernel shall end the command and not us, who have to report it. */
function preferAsVictim(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
  } catch {
    // Ended already, or a kernel without this file: then the box as a whole is the victim.
  }
}

function killGroup(pid: number | undefined): void {
  if (pid !== undefined) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      if (errnoOf(error) !== 'ESRCH') {
        throw error;
      }
    }
  }
}

function refuseSpawn(error: unknown, program: string): ReturnType<typeof refuse> {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return refuse('not-found', `"${program}" is not installed in this environment.`);
    case 'EACCES':
    case 'ENOEXEC':
      return refuse('not-executable', `"${program}" cannot be executed here.`);
    default:
      return refuse('failed', `"${program}" did not start: ${errorText(error)}`);
  }
}
