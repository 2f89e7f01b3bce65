import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from 'dockerode';
import { withDeadline } from '../../base/async.ts';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { engineErrorOf } from './engineAnswers.ts';

const goneStatus = 404;
const pollMilliseconds = 20;

/**
 * Kills and removes a container with its anonymous volumes and returns when the engine no longer knows it. That it is gone
 * already, or is being removed by the engine itself, is a success.
 */
export async function removeContainer(container: Container): Promise<Result<void, SandboxFailure>> {
  const never = new AbortController().signal;
  // A kill that hangs shall not keep the removal from being tried.
  await withDeadline(engineDeadlines.kill, never, 'The kill', (abortSignal) =>
    container.kill({ signal: 'SIGKILL', abortSignal }).catch(() => undefined),
  );
  const removed = await withDeadline(engineDeadlines.remove, never, 'The removal of a sandbox', (signal) =>
    removeUntilGone(container, signal),
  );
  if (!removed.ok) {
    return fail(removed.error);
  }
  return removed.value === undefined ? ok(undefined) : fail(failure('engine-unavailable', removed.value));
}

/** Answers the engine's last complaint when it is not one that waiting helps against. */
async function removeUntilGone(container: Container, abortSignal: AbortSignal): Promise<string | undefined> {
  let complaint: string | undefined;
  while (!abortSignal.aborted) {
    try {
      await container.remove({ force: true, v: true, abortSignal });
    } catch (error) {
      const { statusCode, message } = engineErrorOf(error);
      if (statusCode === goneStatus) {
        return undefined;
      }
      if (statusCode === undefined) {
        return message;
      }
      complaint = message;
    }
    await delay(pollMilliseconds);
  }
  return complaint;
}
