import type Docker from 'dockerode';
import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { engineDeadlines } from '../../core/sandbox/budgets.ts';
import { labelNames } from '../../core/sandbox/profiles.ts';
import type { SandboxFailure } from '../../core/sandbox/sandbox.ts';
import { listAnswer } from './engineAnswers.ts';
import { engineCall } from './engineCall.ts';
import { judgeOwner } from './owner.ts';
import { removeContainer } from './removeContainer.ts';

/** Removes boxes with our labels whose owner was a process of this host that no longer lives; answers how many. */
export async function reapOrphans(docker: Docker, signal: AbortSignal): Promise<Result<number, SandboxFailure>> {
  const listed = await engineCall(
    { what: 'Listing sandboxes', deadline: engineDeadlines.answer, signal, reason: 'engine-unavailable' },
    (abortSignal) =>
      docker.listContainers({
        all: true,
        filters: { label: [`${labelNames.managed}=1`, `${labelNames.kind}=sandbox`] },
        abortSignal,
      }),
  );
  if (!listed.ok) {
    return listed;
  }
  const boxes = listAnswer.safeParse(listed.value);
  if (!boxes.success) {
    return fail(failure('engine-unavailable', 'The engine answered a list of containers that cannot be read.'));
  }
  const orphans = boxes.data.filter((box) => judgeOwner(box.Labels?.[labelNames.owner] ?? '') === 'dead');
  const removed = await Promise.all(orphans.map((box) => removeContainer(docker.getContainer(box.Id))));
  return ok(removed.filter((outcome) => outcome.ok).length);
}
