import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { CommitFact } from '../../../core/memory/commitFact.ts';
import type { RepositoryFailure } from '../../../core/repository/repository.ts';
import { type GitCall, runGit, streamGit } from '../../repository/git.ts';
import { isObjectId } from '../../repository/gitOutput.ts';
import { HistoryParser, historyFormat } from './parseHistory.ts';

/** Commits that are read of a history that was not read before: 3,000 find most of what there is to find, the rest is cheap. */
const defaultDepth = 20_000;

/** Commits that are told at once. */
const batchSize = 500;

export interface HistoryCall {
  /** Any folder of the working tree. */
  readonly root: string;
  /** The commit up to which all is known; absent when nothing is. */
  readonly known?: string;
  /** Commits at most, newest first. */
  readonly depth?: number;
  readonly signal: AbortSignal;
}

export interface HistoryReceiver {
  /** Comes first. `anew`: forget all that was known. `removed`: known commits that the branch does not hold any more. */
  begin(plan: { readonly anew: boolean; readonly removed: readonly string[] }): Promise<void>;
  /** Newest first; waits for the receiver before it goes on. */
  add(commits: readonly CommitFact[]): Promise<void>;
}

/** `head` is undefined where there is no commit yet. Once it is kept, the next reading begins from it. */
export interface HistoryRead {
  readonly head: string | undefined;
  readonly commits: number;
  /** Older commits are not in this clone. */
  readonly shallow: boolean;
}

/** Tells the commits of the branch that is checked out, merges left out, only those that are not known yet. */
export async function readHistory(
  call: HistoryCall,
  receiver: HistoryReceiver,
): Promise<Result<HistoryRead, RepositoryFailure>> {
  const head = await resolveCommit(call, 'HEAD');
  if (!head.ok) {
    return head;
  }
  const shallow = await ask(call, ['rev-parse', '--is-shallow-repository']);
  if (!shallow.ok) {
    return shallow;
  }
  const found = { head: head.value, shallow: shallow.value.trim() === 'true' };
  if (head.value === undefined) {
    await receiver.begin({ anew: true, removed: [] });
    return ok({ ...found, commits: 0 });
  }
  if (head.value === call.known) {
    await receiver.begin({ anew: false, removed: [] });
    return ok({ ...found, commits: 0 });
  }
  const removed = await removedCommits(call, head.value);
  if (!removed.ok) {
    return removed;
  }
  await receiver.begin({ anew: removed.value === undefined, removed: removed.value ?? [] });
  const since = removed.value === undefined ? [] : [`^${call.known}`];
  const read = await streamCommits(call, [head.value, ...since], receiver);
  return read.ok ? ok({ ...found, commits: read.value }) : read;
}

/** Undefined when what was known cannot be compared: it is gone, or is too far away. */
async function removedCommits(
  call: HistoryCall,
  head: string,
): Promise<Result<readonly string[] | undefined, RepositoryFailure>> {
  if (call.known === undefined || !isObjectId(call.known)) {
    return ok(undefined);
  }
  const known = await resolveCommit(call, call.known);
  if (!known.ok || known.value === undefined) {
    return known.ok ? ok(undefined) : known;
  }
  const depth = call.depth ?? defaultDepth;
  const gone = await ask(call, ['rev-list', `--max-count=${depth + 1}`, known.value, `^${head}`, '--']);
  if (!gone.ok) {
    return gone;
  }
  const ids = gone.value.split('\n').filter((id) => id !== '');
  return ok(ids.length > depth ? undefined : ids);
}

async function streamCommits(
  call: HistoryCall,
  revisions: readonly string[],
  receiver: HistoryReceiver,
): Promise<Result<number, RepositoryFailure>> {
  const git = streamGit(
    {
      ...gitCall(call),
      arguments: [
        'log',
        '-z',
        '--raw',
        '--no-merges',
        '--no-renames',
        '--no-ext-diff',
        '--no-show-signature',
        '--no-color',
        '--ignore-submodules=none',
        '--use-mailmap',
        `--max-count=${call.depth ?? defaultDepth}`,
        `--format=${historyFormat}`,
        ...revisions,
        '--',
      ],
      deadlineMs: 600_000,
    },
    call.signal,
  );
  const parser = new HistoryParser();
  let batch: CommitFact[] = [];
  let count = 0;
  const tell = async (least: number): Promise<void> => {
    if (batch.length > 0 && batch.length >= least) {
      const commits = batch;
      batch = [];
      count += commits.length;
      await receiver.add(commits);
    }
  };
  try {
    for await (const bytes of git.stdout) {
      if (Buffer.isBuffer(bytes)) {
        batch.push(...parser.push(bytes));
        await tell(batchSize);
      }
    }
    batch.push(...parser.end());
    await tell(1);
  } catch (error) {
    git.stop();
    const ended = await git.ended;
    // A stream that was cut off is told by how Git ended; anything else came from the receiver.
    if (ended.ok || !(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
      throw error;
    }
    return ended;
  }
  const ended = await git.ended;
  return ended.ok ? ok(count) : ended;
}

/** The full id of a commit; undefined where there is none of that name. */
async function resolveCommit(call: HistoryCall, name: string): Promise<Result<string | undefined, RepositoryFailure>> {
  const answer = await runGit(
    {
      ...gitCall(call),
      arguments: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`],
      expectedExitCodes: [0, 1, 128],
    },
    call.signal,
  );
  if (!answer.ok) {
    return answer;
  }
  const id = answer.value.stdout.toString('latin1').trim();
  if (answer.value.exitCode === 128 && name === 'HEAD') {
    return fail(failure('not-a-repository', `"${call.root}" is no git repository: run "git init" there first.`));
  }
  return ok(isObjectId(id) ? id : undefined);
}

async function ask(call: HistoryCall, words: readonly string[]): Promise<Result<string, RepositoryFailure>> {
  const answer = await runGit({ ...gitCall(call), arguments: words }, call.signal);
  return answer.ok ? ok(answer.value.stdout.toString('latin1')) : answer;
}

/** The repository's own configuration may not leave out commits, name a file anywhere, or write in another encoding. */
function gitCall({ root }: HistoryCall): Omit<GitCall, 'arguments'> {
  return {
    directory: root,
    configuration: [
      ['log.showRoot', 'true'],
      ['log.showSignature', 'false'],
      ['log.follow', 'false'],
      ['i18n.logOutputEncoding', 'UTF-8'],
      ['mailmap.file', ''],
    ],
  };
}
