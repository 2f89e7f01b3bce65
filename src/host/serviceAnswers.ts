import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Placement } from '../core/repository/history.ts';
import type { GuidanceView, HostResult } from '../protocol/host.ts';
import type { ModelView } from '../protocol/models.ts';
import type { HostFailure } from './rpc/hostService.ts';
import type { TaskRecord } from './taskRecord.ts';
import { withExitCode } from './withExitCode.ts';
// How what the host's parts answer goes over the wire.

export function withValue<T>(result: Result<void, Failure>, value: T): Result<T, Failure> {
  return result.ok ? ok(value) : result;
}

export function modelAnswer(answer: Result<ModelView, Failure>): Result<{ model: ModelView }, HostFailure> {
  return answer.ok ? ok({ model: answer.value }) : fail(withExitCode(answer.error));
}

export function withFiles(files: Result<readonly GuidanceView[], Failure>): Result<HostResult<'guidance'>, Failure> {
  return files.ok ? ok({ files: [...files.value] }) : files;
}

export function placedView({ kind, commit, directory }: Placement): HostResult<'applyTask'>['placed'] {
  return {
    kind,
    ...(commit === undefined ? {} : { commit: commit.id, branch: commit.branch }),
    ...(directory === undefined ? {} : { directory }),
  };
}

/** The signed statement about what a task changed. */
export async function statementOf(record: TaskRecord): Promise<Result<HostResult<'traceStatement'>, Failure>> {
  const { id, statement, state } = record.task();
  const bytes = statement === undefined ? undefined : await record.artifact(statement.artifact.sha256);
  if (bytes !== undefined) {
    return ok({ envelope: new TextDecoder().decode(bytes) });
  }
  const why = statement === undefined ? `is ${state}; a statement is signed when it is ready` : 'lost its statement';
  return fail(failure('no-statement', `The task ${why}. \`nightshift show ${id}\` tells more.`));
}
