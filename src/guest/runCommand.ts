import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../base/failure.ts';
import { ok } from '../base/result.ts';
import type { GuestParams, GuestResult } from '../protocol/guest.ts';
import { memoryKills } from './memoryKills.ts';
import { OutputCap } from './outputCap.ts';
import { type Answer, errnoOf, refuse } from './refusal.ts';

/** Bytes of each output stream that fit in one answer, even when JSON escapes make text longer. */
export const maxCommandOutput = 192 * 1024;
/** Milliseconds for pipes to drain after the command's own end. */
const drainMilliseconds = 1_000;
/** Milliseconds for the launcher to end its command, before it is ended with it. */
const launcherGrace = 1_000;

export interface CommandPlace {
  readonly repository: string;
  /** Folder for temporary files that may execute; made when it is missing. */
  readonly temporary: string;
  readonly home: string;
  readonly searchPath: string;
  /** Put before the argv of every command; empty to start commands directly. */
  readonly launcher: readonly string[];
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
  const { launcher } = place;
  const [program = '', ...args] = [...launcher, ...params.argv];
  const started = performance.now();
  const killsBefore = memoryKills();
  let child: ChildProcess;
  try {
    mkdirSync(place.temporary, { recursive: true });
    child = spawn(program, args, {
      cwd: place.repository,
      env: commandEnvironment(place, params.environment),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(launcher.length > 0 ? (['pipe'] as const) : [])],
    });
  } catch (error) {
    return refuseSpawn(errnoOf(error), params.argv[0], errorText(error));
  }
  let launchError = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => (launchError = (launchError + chunk.toString()).slice(0, 20)));
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
  if (launcher.length === 0) {
    preferAsVictim(child.pid);
  }
  let timedOut = false;
  let lastResort: ReturnType<typeof setTimeout> | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    if (launcher.length > 0) {
      child.kill('SIGTERM');
      lastResort = setTimeout(() => killGroup(child.pid), launcherGrace);
    } else {
      killGroup(child.pid);
    }
  }, params.timeoutMs);
  const outcome = await ended;
  clearTimeout(timer);
  clearTimeout(lastResort);
  if (!(await place.killLeftovers())) {
    return refuse('failed', 'Processes of the command could not be ended; the sandbox must be replaced.');
  }
  if (outcome.error !== undefined) {
    return refuseSpawn(errnoOf(outcome.error), params.argv[0], errorText(outcome.error));
  }
  await Promise.race([closed, delay(drainMilliseconds, undefined, { ref: false })]);
  for (const stream of child.stdio) {
    stream?.destroy();
  }
  if (launchError !== '') {
    return refuseSpawn(launchError, params.argv[0], launchError);
  }
  return ok({
    exitCode: outcome.exitCode,
    signal: outcome.signal,
    timedOut,
    outOfMemory: (memoryKills() ?? 0) > (killsBefore ?? 0),
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

function refuseSpawn(code: string | undefined, program: string | undefined, text: string): ReturnType<typeof refuse> {
  switch (code) {
    case 'ENOENT':
      return refuse('not-found', `"${program}" is not installed in this environment.`);
    case 'EACCES':
    case 'ENOEXEC':
      return refuse('not-executable', `"${program}" cannot be executed here.`);
    case 'ENOSPC':
      return refuse('no-space', 'The workspace is full; delete files that are not needed.');
    default:
      return refuse('failed', `"${program}" did not start: ${text}`);
  }
}
