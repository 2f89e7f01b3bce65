import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { type HostMethod, hostMethods, type HostParams, type HostResult } from '../../protocol/host.ts';
import { type Checked, describeIssue } from '../../protocol/describeIssue.ts';

export function isHostMethod(method: string): method is HostMethod {
  return Object.hasOwn(hostMethods, method);
}

export function checkParams<M extends HostMethod>(
  method: M,
  value: unknown,
): Result<HostParams<M>, Failure<'invalid-params'>> {
  const checked: Checked = hostMethods[method].params.safeParse(value);
  // The schema of this very method accepted it; TypeScript does not follow that through the table.
  return checked.success
    ? ok(checked.data as HostParams<M>)
    : fail(failure('invalid-params', `The parameters of ${method} are not valid (${describeIssue(checked)}).`));
}

export function checkResult<M extends HostMethod>(
  method: M,
  value: unknown,
): Result<HostResult<M>, Failure<'invalid-result'>> {
  const checked: Checked = hostMethods[method].result.safeParse(value);
  return checked.success
    ? ok(checked.data as HostResult<M>)
    : fail(failure('invalid-result', `The agent host's answer to ${method} is not valid (${describeIssue(checked)}).`));
}
