import type { Failure } from '../../base/failure.ts';
import { ok } from '../../base/result.ts';
import { proposeMove } from '../tasks/taskMoves.ts';
import { activeStates, type TaskMove, type TaskState } from '../tasks/taskState.ts';
import { isHostStopping } from './hostStopping.ts';
import { prepareStage } from './prepareStage.ts';
import { reviewStage } from './reviewStage.ts';
import type { Stage, StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { verifyStage } from './verifyStage.ts';
import { workStage } from './workStage.ts';

const begin =
  (move: TaskMove): Stage =>
  () =>
    Promise.resolve(ok({ move, by: 'host' }));

/** What is done in each state that the host works on. The state alone says where to go on, so a restart just goes on. */
const stages: Partial<Record<TaskState, Stage>> = {
  queued: begin('prepare'),
  preparing: prepareStage,
  working: workStage,
  verifying: verifyStage,
  reviewing: reviewStage,
  revising: begin('work'),
};

/** Works on a task until it needs a person, is over, or the host stops: then it stays where it is and goes on later. Never rejects for what a model, a box or a repository does. */
export async function runTask(assignment: Assignment): Promise<void> {
  const { trace, signal } = assignment;
  while (activeStates.has(trace.task().state)) {
    const stage = stages[trace.task().state];
    const end = signal.aborted || stage === undefined ? undefined : await stage(assignment);
    if (isHostStopping(signal)) {
      return;
    }
    if (signal.aborted || end === undefined) {
      await moveTask(assignment, { move: 'cancel', by: 'user' });
      return;
    }
    const next: StageEnd = end.ok ? end.value : { move: 'fail', by: 'host', reason: asReason(end.error) };
    if (!(await moveTask(assignment, next)) && !(await moveTask(assignment, failedMove(assignment, next)))) {
      return;
    }
  }
}

/** Proposes a move; what the table or a need forbids is recorded as refused and answers false. */
export async function moveTask({ trace }: Pick<Assignment, 'trace'>, end: StageEnd): Promise<boolean> {
  const proposal = proposeMove(trace.task(), end.move, end.by, end.reason);
  await trace.record(proposal.entry);
  return proposal.allowed;
}

/** A stage that proposes what is not allowed has a defect: the task ends with that said, instead of going round for ever. */
function failedMove({ trace }: Assignment, refused: StageEnd): StageEnd {
  const message = `The task could not ${refused.move} from ${trace.task().state}; its trace says which need was not met.`;
  return { move: 'fail', by: 'host', reason: { code: 'move-refused', message } };
}

function asReason(error: Failure): { code: string; message: string } {
  return { code: error.reason, message: error.message };
}
