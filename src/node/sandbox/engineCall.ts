import { withDeadline } from '../../base/async.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { SandboxFailure, SandboxFailureReason } from '../../core/sandbox/sandbox.ts';
import { DialError } from './engineAgent.ts';
import { engineErrorOf } from './engineAnswers.ts';
import { describeTlsError } from './tlsErrors.ts';

export interface EngineCall {
  /** Names the call in the message, as the start of a sentence. */
  readonly what: string;
  /** Milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  /** What an error of the engine means here, where its own code does not say it. */
  readonly reason: SandboxFailureReason;
}

/** One call of the engine with a host deadline; whatever goes wrong comes back as a value. */
export async function engineCall<T>(
  call: EngineCall,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Result<T, SandboxFailure>> {
  try {
    const outcome = await withDeadline(call.deadline, call.signal, call.what, work);
    return outcome.ok ? ok(outcome.value) : fail(outcome.error);
  } catch (error) {
    return fail(describeEngineError(error, call));
  }
}

const connectionErrors = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'EACCES',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

function describeEngineError(thrown: unknown, call: EngineCall): SandboxFailure {
  if (thrown instanceof DialError) {
    return thrown.failure;
  }
  const error = engineErrorOf(thrown);
  const certificate = describeTlsError(error);
  if (certificate !== undefined) {
    return failure('engine-unavailable', certificate);
  }
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return failure(
      'engine-unavailable',
      'This user may not use the Docker socket; join the docker group, or use rootless Docker.',
    );
  }
  if (error.code !== undefined && connectionErrors.has(error.code)) {
    return failure(
      'engine-unavailable',
      `The Docker engine does not answer (${error.code}); start it, or set DOCKER_HOST.`,
    );
  }
  if (error.statusCode === 404 && /no such image/i.test(error.message)) {
    return failure(
      'image-missing',
      `${call.what} failed: the image is gone from the engine; run \`nightshift doctor\`.`,
    );
  }
  return failure(call.reason, `${call.what} failed: ${error.message.trim()}`);
}
