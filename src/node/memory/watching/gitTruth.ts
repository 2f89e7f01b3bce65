import { realpathSync } from 'node:fs';
import { relative } from 'node:path';
import { ok, type Result } from '../../../base/result.ts';
import type { RepositoryFailure } from '../../../core/repository/repository.ts';
import { describeRepository, type GitRepository } from '../../repository/describeRepository.ts';
import { type GitCall, runGit, streamGit } from '../../repository/git.ts';
import { parsePaths } from '../../repository/gitOutput.ts';
import { readUserConfiguration } from '../../repository/userConfiguration.ts';

/** What is needed to ask Git about one folder of a repository: most often its root. */
export interface GitTruth {
  readonly repository: GitRepository;
  /** Absolute, without links. Paths are relative to it. */
  readonly root: string;
  /** Where `root` is in the repository: empty, or ending with `/`. */
  readonly prefix: string;
  readonly configuration: readonly (readonly [key: string, value: string])[];
}

export interface ListedPath {
  readonly path: string;
  /** `repository`: a submodule, or a repository that lies in this one. `nameless`: bytes that no string can stand for. */
  readonly kind: 'file' | 'repository' | 'nameless';
}

const listingBytes = 512 * 1024 * 1024;
/** Paths in one call, and their characters: Windows takes command lines of 32 k. */
const askedPaths = 200;
const askedCharacters = 16_000;

const trackedRecord = /^[A-Z] ([0-7]{6}) [0-9a-f]+ [0-3]\t([^]+)$/;
const otherRecord = /^\? ([^]+)$/;

/** Undefined where the folder is in no repository, or one that ignores it. */
export async function openGitTruth(
  folder: string,
  signal: AbortSignal,
): Promise<Result<GitTruth | undefined, RepositoryFailure>> {
  const found = await describeRepository(folder, signal);
  if (!found.ok) {
    return found.error.reason === 'not-a-repository' ? ok(undefined) : found;
  }
  const repository = found.value;
  const configuration = await readUserConfiguration(repository, signal);
  if (!configuration.ok) {
    return configuration;
  }
  const root = realpathSync(folder);
  const inside = relative(repository.root, root).replaceAll('\\', '/');
  const truth = {
    repository,
    root,
    prefix: inside === '' ? '' : `${inside}/`,
    configuration: configuration.value.entries,
  };
  if (inside === '') {
    return ok(truth);
  }
  const asked = callOn(truth, ['check-ignore', '-q', '--', root], { expectedExitCodes: [0, 1] });
  // This one of Git's commands takes a path for what it is, and refuses to be told so.
  const ignored = await runGit({ ...asked, environment: { ...asked.environment, GIT_LITERAL_PATHSPECS: '0' } }, signal);
  return ignored.ok ? ok(ignored.value.exitCode === 0 ? undefined : truth) : ignored;
}

/**
 * Everything that is tracked, or untracked and not ignored, as it is read from Git; of `paths` (files and folders) alone where they
 * are given. A path in conflict comes up to three times.
 */
export async function listSources(
  truth: GitTruth,
  paths: readonly string[] | undefined,
  signal: AbortSignal,
  take: (listed: readonly ListedPath[]) => void,
): Promise<Result<void, RepositoryFailure>> {
  for (const some of paths === undefined ? [undefined] : inCalls(paths)) {
    const words = [
      'ls-files',
      '-z',
      '-t',
      '-s',
      '-c',
      '-o',
      '--exclude-standard',
      ...(some === undefined ? [] : ['--', ...some]),
    ];
    const stream = streamGit(callOn(truth, words, { deadlineMs: 600_000 }), signal);
    let rest: Buffer = Buffer.alloc(0);
    stream.stdout.on('data', (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = bytes.lastIndexOf(0);
      if (end >= 0) {
        take(parsePaths(bytes.subarray(0, end + 1)).map(({ raw, path }) => listedPath(raw, path)));
      }
      rest = bytes.subarray(end + 1);
    });
    const ended = await stream.ended;
    if (!ended.ok) {
      return ended;
    }
  }
  return ok(undefined);
}

/** Paths that differ from the commit, in the index or in the working tree, and all that are untracked and not ignored. */
export async function uncommittedSources(
  truth: GitTruth,
  signal: AbortSignal,
): Promise<Result<string[], RepositoryFailure>> {
  const words = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=all'];
  const answer = await runGit(
    callOn(truth, [...words, '--', '.'], { maxOutputBytes: listingBytes, deadlineMs: 600_000 }),
    signal,
  );
  if (!answer.ok) {
    return answer;
  }
  const found: string[] = [];
  for (const { path } of parsePaths(answer.value.stdout)) {
    const named = path?.slice(3);
    if (named?.startsWith(truth.prefix) === true) {
      found.push(named.slice(truth.prefix.length).replace(/\/$/, ''));
    }
  }
  return ok(found);
}

/** Paths that differ between two commits. */
export async function changedBetween(
  truth: GitTruth,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<Result<string[], RepositoryFailure>> {
  const words = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--relative', from, to];
  const answer = await runGit(callOn(truth, words, { maxOutputBytes: listingBytes }), signal);
  return answer.ok ? ok(parsePaths(answer.value.stdout).flatMap(({ path }) => (path === null ? [] : [path]))) : answer;
}

/** A call in the folder, as its repository is set up. */
export function callOn(truth: GitTruth, words: readonly string[], rest: Partial<GitCall>): GitCall {
  return {
    arguments: words,
    directory: truth.root,
    environment: { GIT_DIR: truth.repository.worktreeGitDirectory, GIT_WORK_TREE: truth.repository.root },
    configuration: truth.configuration,
    ...rest,
  };
}

function listedPath(raw: string, text: string | null): ListedPath {
  const tracked = trackedRecord.exec(text ?? raw);
  const named = tracked?.[2] ?? otherRecord.exec(text ?? raw)?.[1] ?? '';
  if (text === null) {
    return { path: Buffer.from(named, 'latin1').toString('utf8'), kind: 'nameless' };
  }
  if (tracked !== null) {
    return { path: named, kind: tracked[1] === '160000' ? 'repository' : 'file' };
  }
  return named.endsWith('/') ? { path: named.slice(0, -1), kind: 'repository' } : { path: named, kind: 'file' };
}

function* inCalls(paths: readonly string[]): Iterable<string[]> {
  let some: string[] = [];
  let characters = 0;
  for (const path of paths) {
    if (some.length >= askedPaths || characters + path.length > askedCharacters) {
      yield some;
      some = [];
      characters = 0;
    }
    some.push(path);
    characters += path.length + 1;
  }
  if (some.length > 0) {
    yield some;
  }
}
