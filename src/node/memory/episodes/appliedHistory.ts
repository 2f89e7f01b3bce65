import type { AppliedHistory } from '../../../core/memory/episodes/judgeStanding.ts';
import type { GitRepository } from '../../repository/describeRepository.ts';
import { runGit } from '../../repository/git.ts';
import { isObjectId } from '../../repository/gitOutput.ts';

/** A file of an accepted task with the object ids that it had after the accept. */
export interface AppliedFile {
  readonly path: string;
  readonly ids: readonly string[];
}

/** Of a task with more files, these are looked for: a revert takes all of them. */
const mostFiles = 20;
const mostObjects = 6;

/** Milliseconds before the accept from which commits are looked at: clocks differ. */
const marginMs = 60_000;

/** Milliseconds for one question to Git. */
const deadlineMs = 10_000;

/**
 * What commits since the accept (ISO 8601) say of these files, see `AppliedHistory`. Where Git cannot tell, the change may live elsewhere:
 * nothing is called reverted on a guess. The repository's own configuration runs nothing.
 */
export async function appliedHistory(
  repository: Pick<GitRepository, 'root' | 'worktreeGitDirectory'>,
  accepted: { readonly at: string; readonly files: readonly AppliedFile[] },
  signal: AbortSignal,
): Promise<AppliedHistory> {
  const files = accepted.files.slice(0, mostFiles);
  const since = `--since=${new Date(Date.parse(accepted.at) - marginMs).toISOString()}`;
  const log = async (...rest: readonly string[]): Promise<string | undefined> => {
    const answer = await runGit(
      {
        arguments: [
          'log',
          '-n',
          '1',
          '--format=%H',
          '--no-show-signature',
          '--no-ext-diff',
          '--no-textconv',
          since,
          ...rest,
        ],
        directory: repository.root,
        environment: { GIT_DIR: repository.worktreeGitDirectory, GIT_WORK_TREE: repository.root },
        deadlineMs,
      },
      signal,
    );
    return answer.ok ? answer.value.stdout.toString('latin1').trim() : undefined;
  };
  const objects = files.flatMap(({ path, ids }) => ids.filter(isObjectId).map((id) => ({ path, id })));
  for (const { path, id } of objects.slice(0, mostObjects)) {
    const found = await log(`--find-object=${id}`, 'HEAD', '--', path);
    if (found !== undefined && found !== '') {
      return { held: true, elsewhere: false };
    }
  }
  const outside = await log('--all', '--not', 'HEAD', '--', ...files.map(({ path }) => path));
  return { held: false, elsewhere: outside !== '' };
}
