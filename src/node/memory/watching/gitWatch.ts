import { join, relative, sep } from 'node:path';
import type { GitRepository } from '../../repository/describeRepository.ts';
import type { Watching, WatchPaths } from './watchPaths.ts';

/** What git data says about files: which commit, which index, which rules. Everything else in there is never looked at. */
const ownNames = /^(HEAD|index|reftable(\/.*)?)$/;
const commonNames = /^(HEAD|index|packed-refs|info|info\/exclude|refs|refs\/heads(\/.*)?|reftable(\/.*)?)$/;

/** `onChange` is told whether rules changed. A linked worktree has its own HEAD and index; the branches are where the others have theirs. */
export function watchGit(
  repository: GitRepository,
  watch: WatchPaths,
  onChange: (rules: boolean) => void,
  onError: (error: unknown) => void,
): Watching {
  const { gitDirectory, worktreeGitDirectory } = repository;
  const within = (directory: string, path: string): string => relative(directory, path).split(sep).join('/');
  return watch({
    paths: [...new Set([gitDirectory, worktreeGitDirectory])],
    leavesOut: (path) => {
      const own = within(worktreeGitDirectory, path);
      const common = within(gitDirectory, path);
      return own !== '' && common !== '' && !ownNames.test(own) && !commonNames.test(common);
    },
    onPath: (path) => onChange(within(gitDirectory, path) === 'info/exclude'),
    onError,
  });
}

/** There while Git writes: what lies in the working tree is half of one state and half of another. */
export function indexLock(repository: GitRepository): string {
  return join(repository.worktreeGitDirectory, 'index.lock');
}
