import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { HistoryFailure, Placement } from '../../core/repository/history.ts';
import { describeHead, type GitRepository } from '../repository/describeRepository.ts';
import { sameBlob, type UserGit } from './userGit.ts';

/** What Git leaves in its directory while one of its longer works is not done. */
const openWorks = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply'];

/** A commit in the middle of these would become part of them. */
export async function whyNoCommit({ worktreeGitDirectory }: GitRepository): Promise<HistoryFailure | undefined> {
  for (const name of openWorks) {
    const there = await stat(join(worktreeGitDirectory, name)).then(
      () => true,
      () => false,
    );
    if (there) {
      return failure('merge-open', 'A merge, rebase, cherry-pick or revert is not done. Finish it, and accept again.');
    }
  }
  return undefined;
}

/** Does what was planned, in the order in which Git's own commit does it: the index, then the branch; then a new working tree. */
export async function recordPlacement(
  git: UserGit,
  { kind, index, commit, directory }: Placement,
  signal: AbortSignal,
): Promise<Result<void, HistoryFailure>> {
  const ready = await stillAsPlanned(git, { kind, index, commit }, signal);
  if (!ready.ok) {
    return ready;
  }
  const staged = index.length === 0 ? ok(undefined) : await git.edit(index, signal);
  if (!staged.ok || commit === undefined) {
    return staged;
  }
  const reference = commit.branch === null ? 'HEAD' : `refs/heads/${commit.branch}`;
  const named = await git.run(
    {
      arguments: [
        'update-ref',
        '--no-deref',
        '-m',
        'nightshift: accept the changes of a task',
        reference,
        commit.id,
        commit.before ?? git.none,
      ],
      userConfiguration: true,
    },
    signal,
  );
  if (!named.ok) {
    if (index.length > 0) {
      // Nothing was committed: what was staged for it goes again.
      await git.edit(
        index.map(({ path, before }) => ({ path, after: before })),
        new AbortController().signal,
      );
    }
    return named;
  }
  if (directory === undefined || commit.branch === null) {
    return ok(undefined);
  }
  const added = await git.run(
    { arguments: ['worktree', 'add', '--quiet', directory, commit.branch], deadlineMs: 10 * 60 * 1000 },
    signal,
  );
  if (!added.ok) {
    // The branch was made for the folder alone.
    const words = ['update-ref', '--no-deref', '-d', reference, commit.id];
    await git.run({ arguments: words }, new AbortController().signal);
    return added;
  }
  return ok(undefined);
}

async function stillAsPlanned(
  git: UserGit,
  { kind, index, commit }: Pick<Placement, 'kind' | 'index'> & { readonly commit: Placement['commit'] },
  signal: AbortSignal,
): Promise<Result<void, HistoryFailure>> {
  const movedOn = failure(
    'moved-on',
    'The index or the branch has changed while the accept was on its way. Accept again.',
  );
  if (kind === 'commit') {
    const { root, worktreeGitDirectory } = git.repository;
    const open = await whyNoCommit(git.repository);
    if (open !== undefined) {
      return fail(open);
    }
    const head = await describeHead(root, worktreeGitDirectory, signal);
    if (!head.ok) {
      return head;
    }
    if (head.value.head !== commit?.before || head.value.branch !== commit.branch) {
      return fail(movedOn);
    }
  }
  if (index.length === 0) {
    return ok(undefined);
  }
  const entries = await git.entriesOf(signal);
  if (!entries.ok) {
    return entries;
  }
  const same = index.every(({ path, before }) => {
    return sameBlob(entries.value.find((entry) => entry.path === path) ?? null, before);
  });
  return same ? ok(undefined) : fail(movedOn);
}
