import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { Readable } from 'node:stream';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import { absoluteEntries, findGit } from './findGit.ts';

/**
 * The only place that starts Git: argv, an environment made from nothing, no hook, no filter, no fsmonitor, no
 * prompt, no network.
 */
export interface GitCall {
  readonly arguments: readonly string[];
  readonly directory: string;
  /** `GIT_DIR` and its like; added to the fresh environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Configuration for this call alone; a later entry wins. */
  readonly configuration?: readonly (readonly [key: string, value: string])[];
  readonly input?: Uint8Array;
  /** Answers of more bytes are a failure; 64 MB unless told. */
  readonly maxOutputBytes?: number;
  /** Milliseconds; two minutes unless told. */
  readonly deadlineMs?: number;
  readonly expectedExitCodes?: readonly number[];
  /** Honour the configuration of the user and the system, for the few questions that are about it. These execute nothing. */
  readonly userConfiguration?: boolean;
}

export interface GitAnswer {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitStream {
  readonly stdout: Readable;
  /** Settles when Git has ended; never rejects. */
  readonly ended: Promise<Result<GitAnswer, RepositoryFailure>>;
  /** Ends Git when nobody reads on. */
  stop(): void;
}

const maxErrorBytes = 64 * 1024;

const inheritedVariables = [
  'PATH',
  'HOME',
  'XDG_CONFIG_HOME',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
].concat(['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'TMPDIR']);

const hardening: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.splitIndex', 'false'],
  ['core.untrackedCache', 'false'],
  ['core.looseCompression', '1'],
  ['core.pager', 'cat'],
  ['protocol.allow', 'never'],
  ['protocol.ext.allow', 'never'],
  ['diff.external', ''],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
];

/** Runs Git to its end and answers all it said. */
export async function runGit(call: GitCall, signal: AbortSignal): Promise<Result<GitAnswer, RepositoryFailure>> {
  const limit = call.maxOutputBytes ?? 64 * 1024 * 1024;
  const stream = streamGit(call, signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > limit) {
      stream.stop();
    } else {
      chunks.push(chunk);
    }
  });
  const ended = await stream.ended;
  if (bytes > limit) {
    return fail(
      failure('too-large', `git ${call.arguments[0]} answered more than ${limit} bytes. Ask for less at once.`),
    );
  }
  return ended.ok ? ok({ ...ended.value, stdout: Buffer.concat(chunks) }) : ended;
}

/** Starts Git for an answer that is read as it comes; the reader sets the pace. */
export function streamGit(call: GitCall, signal: AbortSignal): GitStream {
  // A bare name would be looked up by the platform, which may take a "git" that lies in the repository.
  const program = findGit();
  if (program === undefined) {
    return { stdout: Readable.from([]), ended: Promise.resolve(fail(gitMissing())), stop: () => undefined };
  }
  const child = spawn(program, [...call.arguments], {
    cwd: call.directory,
    env: environmentOf(call),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    shell: false,
  });
  // Git may end before it has read all input: that is told by its exit, not by a broken pipe.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(call.input ?? new Uint8Array());
  return { stdout: child.stdout, ended: waitForEnd(child, call, signal), stop: () => kill(child) };
}

function waitForEnd(
  child: ChildProcessWithoutNullStreams,
  call: GitCall,
  signal: AbortSignal,
): Promise<Result<GitAnswer, RepositoryFailure>> {
  const name = `git ${call.arguments[0]}`;
  const deadlineMs = call.deadlineMs ?? 120_000;
  let late = false;
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < maxErrorBytes) {
      stderr += text.slice(0, maxErrorBytes - stderr.length);
    }
  });
  const stop = (): void => kill(child);
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, deadlineMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) {
    stop();
  }
  return new Promise<Result<GitAnswer, RepositoryFailure>>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve(fail(notStarted(error, call.directory))));
    child.once('close', (exitCode, killedBy) => {
      if (signal.aborted) {
        resolve(fail(failure('aborted', `${name} was cancelled.`)));
      } else if (late) {
        resolve(
          fail(failure('git-failed', `${name} did not end within ${deadlineMs / 1000} s and was stopped. Try again.`)),
        );
      } else if (exitCode === null || !(call.expectedExitCodes ?? [0]).includes(exitCode)) {
        resolve(fail(failure('git-failed', `${name} failed (${exitCode ?? killedBy}): ${lastLine(stderr)}`)));
      } else {
        resolve(ok({ exitCode, stdout: Buffer.alloc(0), stderr }));
      }
    });
  }).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}

/** A stream that nobody reads to its end would hold back the news of the end. */
function kill(child: ChildProcessWithoutNullStreams): void {
  child.kill('SIGKILL');
  child.stdout.destroy();
}

function environmentOf(call: GitCall): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of inheritedVariables) {
    const value = process.env[name];
    if (value !== undefined) {
      environment[name] = value;
    }
  }
  Object.assign(environment, {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    // A repository may name a promisor remote, from which Git fetches an object that is missing by running what the repository
    // says. `protocol.allow` is no more than a default that its configuration overrides; these two it cannot override.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
  });
  if (environment['PATH'] !== undefined) {
    environment['PATH'] = absoluteEntries(environment['PATH']).join(delimiter);
  }
  if (call.userConfiguration !== true) {
    Object.assign(environment, { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_ATTR_NOSYSTEM: '1' });
  }
  const configuration = [...hardening, ...(call.configuration ?? [])];
  environment['GIT_CONFIG_COUNT'] = String(configuration.length);
  for (const [index, [key, value]] of configuration.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return { ...environment, ...call.environment };
}

function notStarted(error: NodeJS.ErrnoException, directory: string): RepositoryFailure {
  return error.code === 'ENOENT'
    ? gitMissing()
    : failure('io', `Git could not be started in "${directory}": ${error.message}.`);
}

function gitMissing(): RepositoryFailure {
  return failure(
    'git-missing',
    'Git was not found. Install Git 2.36 or later and see that a folder on the PATH, by its absolute path, holds "git".',
  );
}

/** The last line is where Git says what was fatal; warnings come before it. */
function lastLine(stderr: string): string {
  return stderr.trim().split('\n').at(-1)?.slice(0, 400) ?? '';
}
