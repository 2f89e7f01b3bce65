import type { Failure } from '../base/failure.ts';
import type { HostFailure } from './rpc/hostService.ts';

/** Failures that mean something is missing on this machine, not that the request was wrong. */
const missingParts: ReadonlySet<string> = new Set([
  'unreachable',
  'model-missing',
  'model-unfit',
  'tools-unsupported',
  'unknown-driver',
  'bad-host',
]);

/** Failures that mean that a model, or a part of a change, was named wrongly. */
const wrongNames: ReadonlySet<string> = new Set([
  'bad-model-id',
  'bad-script',
  'no-such-hunk',
  'no-parts',
  'no-such-comment',
  'no-such-file',
  'no-such-lines',
]);

/** The failure with the exit code that the command line ends with, where that is not the usual one. */
export function withExitCode(error: Failure): HostFailure {
  if (wrongNames.has(error.reason)) {
    return { ...error, exitCode: 2 };
  }
  return missingParts.has(error.reason) ? { ...error, exitCode: 3 } : error;
}
