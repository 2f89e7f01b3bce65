import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { implementer } from '../agents/implementer.ts';
import type { StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { stateChangeset } from './stateChangeset.ts';

/** Collects the votes on exactly the proved changeset. The implementer's is its finish: it stands for its own work. */
export async function reviewStage(assignment: Assignment): Promise<Result<StageEnd, Failure>> {
  const { trace } = assignment;
  const { changeset, summary, votes } = trace.task();
  if (changeset === undefined) {
    return fail(failure('no-changeset', 'There is no changeset to vote on; delegate the task again.'));
  }
  if (!votes.some((vote) => vote.agent === implementer.name && vote.hash === changeset.hash)) {
    const reason = summary ?? 'finished';
    await trace.record({
      type: 'vote-cast',
      actor: 'agent',
      data: { agent: implementer.name, vote: 'approve', hash: changeset.hash, reason },
    });
  }
  await stateChangeset(assignment);
  return ok({ move: 'finish', by: 'host' });
}
