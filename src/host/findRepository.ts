import type { Failure } from '../base/failure.ts';
import { fail, type Result } from '../base/result.ts';
import type { RepositoryInfo } from '../core/repository/repository.ts';
import { describeRepository } from '../node/repository/describeRepository.ts';
import type { HostFailure } from './rpc/hostService.ts';

const exitCodes: Readonly<Record<string, 2 | 3>> = {
  'not-a-repository': 2,
  'bare-repository': 2,
  unreadable: 2,
  'git-missing': 3,
};

/** The repository a folder belongs to, for front doors without an editor. */
export async function findRepository(path: string, signal: AbortSignal): Promise<Result<RepositoryInfo, HostFailure>> {
  const found = await describeRepository(path, signal);
  return found.ok ? found : fail(withExitCode(found.error));
}

function withExitCode(error: Failure): HostFailure {
  const exitCode = exitCodes[error.reason];
  return exitCode === undefined ? error : { ...error, exitCode };
}
