import { decodeBase64, encodeBase64 } from '../base/base64.ts';
import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { MergeSides } from '../core/repository/repository.ts';
import type { MergedFile } from '../core/supervisor/mergeByHand.ts';
import type { HostParams, HostResult } from '../protocol/host.ts';
import type { HostFailure } from './rpc/hostService.ts';
import { withExitCode } from './withExitCode.ts';

/** What a person merged by hand, as it comes over the wire. */
export function readMerged(
  merged: NonNullable<HostParams<'applyTask'>['merged']>,
): Result<readonly MergedFile[], Failure> {
  const files: MergedFile[] = [];
  for (const { path, bytes, over } of merged) {
    const decoded = decodeBase64(bytes);
    if (decoded === undefined) {
      return fail(failure('bad-bytes', `What was merged of ${path} did not come over whole; merge it again.`));
    }
    files.push({ path, bytes: decoded, over });
  }
  return ok(files);
}

export function viewSides(
  sides: Result<MergeSides | undefined, Failure>,
): Result<HostResult<'mergeSides'>, HostFailure> {
  if (!sides.ok) {
    return fail(withExitCode(sides.error));
  }
  if (sides.value === undefined) {
    return ok({ sides: null });
  }
  const { base, result, checkout, over } = sides.value;
  return ok({
    sides: { base: encodeBase64(base), result: encodeBase64(result), checkout: encodeBase64(checkout), over },
  });
}
