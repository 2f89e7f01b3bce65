import { realpath } from 'node:fs/promises';
import { failure } from '../../base/failure.ts';
import { fail, ok } from '../../base/result.ts';
import type { BlobKeeper, BlobReader } from '../../core/repository/repository.ts';
import type { Worktrees } from '../../core/repository/worktrees.ts';
import type { GitRepository } from '../repository/describeRepository.ts';
import { createCheckout } from './checkout.ts';
import { checkNewBranch, checkNewFolder } from './newPlace.ts';
import { UserGit } from './userGit.ts';

/** Checking out a large repository takes its time. Milliseconds. */
const checkoutDeadlineMs = 10 * 60 * 1000;

/** Working trees of the user's repository, made with `git worktree`. */
export function createGitWorktrees(options: {
  readonly repository: GitRepository;
  readonly store: BlobReader & BlobKeeper;
}): Worktrees {
  const { repository, store } = options;
  return {
    root: repository.root,

    async open({ directory, branch, commit }, signal) {
      const never = new AbortController().signal;
      const git = await UserGit.open(repository, signal);
      if (!git.ok) {
        return git;
      }
      const problem = await checkNewFolder(directory);
      if (problem !== undefined) {
        return fail(problem);
      }
      const name = await checkNewBranch(git.value, branch, signal);
      if (!name.ok) {
        return name;
      }
      const words = ['worktree', 'add', '--quiet', '-b', branch, directory, commit];
      // What Git was killed in the middle of would be left behind, branch and all.
      const added = await git.value.run({ arguments: words, deadlineMs: checkoutDeadlineMs }, never);
      if (!added.ok) {
        return added;
      }
      const remove = async (): Promise<void> => {
        await git.value.run({ arguments: ['worktree', 'remove', '--force', directory] }, never);
        await git.value.run({ arguments: ['branch', '--quiet', '-D', branch] }, never);
      };
      if (signal.aborted) {
        await remove();
        return fail(failure('aborted', 'It was cancelled; the new folder is gone again.'));
      }
      const root = await realpath(directory);
      return ok({ checkout: createCheckout({ root, store }), remove });
    },
  };
}
