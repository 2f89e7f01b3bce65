import type { Failure } from '../../base/failure.ts';
import { ok } from '../../base/result.ts';
import { windowNeeded } from '../models/modelAccess.ts';
import { hasUnheard } from '../tasks/reviewComment.ts';
import { revisionCancelled, revisionFailed } from '../tasks/lastResult.ts';
import { proposeMove } from '../tasks/taskMoves.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { activeStates, type TaskMove, type TaskState } from '../tasks/taskState.ts';
import { isHostStopping, isPausing } from './interruptions.ts';
import { prepareStage } from './prepareStage.ts';
import { reviewStage } from './reviewStage.ts';
import type { Stage, StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { verifyStage } from './verifyStage.ts';
import { workStage } from './workStage.ts';

/** A task that failed before its snapshot was taken and is resumed gets it now. */
async function reviseStage(assignment: Assignment): ReturnType<Stage> {
  return assignment.trace.task().snapshot === undefined ? prepareStage(assignment) : ok({ move: 'work', by: 'host' });
}

const begin =
  (move: TaskMove): Stage =>
  () =>
    Promise.resolve(ok({ move, by: 'host' }));

/** Failures of what a task needs around it, which may be there again later. */
const surroundings: ReadonlySet<string> = new Set(['engine-unavailable', 'model-unreachable']);

/** What is done in each state that the host works on. The state alone says where to go on, so a restart just goes on. */
const stages: Partial<Record<TaskState, Stage>> = {
  queued: begin('prepare'),
  preparing: prepareStage,
  working: workStage,
  verifying: verifyStage,
  reviewing: reviewStage,
  revising: reviseStage,
};

/** Works on a task until it needs a person, is over, or the host stops: then it stays where it is and goes on later. Never rejects for what a model, a box or a repository does. */
export async function runTask(assignment: Assignment): Promise<void> {
  const { trace, signal } = assignment;
  const takenUp = trace.task().state !== 'queued';
  if (takenUp) {
    await trace.record({ type: 'task-resumed', actor: 'host', data: {} });
  }
  while (activeStates.has(trace.task().state)) {
    const stage = stages[trace.task().state];
    const end = signal.aborted || stage === undefined ? undefined : await stage(assignment);
    if (isHostStopping(signal)) {
      return;
    }
    if (isPausing(signal)) {
      await moveTask(assignment, { move: 'pause', by: 'user' });
      return;
    }
    if (signal.aborted || end === undefined) {
      await endTask(assignment, { move: 'cancel', by: 'user' });
      return;
    }
    const next = end.ok ? end.value : afterFailure(assignment, end.error, takenUp);
    if (!(await moveOn(assignment, next))) {
      return;
    }
    // What the user said while the result was checked is the agent's to hear before a person looks at it.
    if (trace.task().state === 'ready' && hasUnheard(trace.task())) {
      const reason = { code: 'user-said', message: 'You said more about it.' };
      await moveTask(assignment, { move: 'revise', by: 'host', reason });
    }
  }
}

export interface MoveAnswer {
  readonly allowed: boolean;
  /** Why it is not allowed, for people; empty otherwise. */
  readonly refusal: string;
}

/** Proposes a move, decided on the newest state; what the table or a need forbids is recorded as refused. */
export async function moveTask({ trace }: Pick<Assignment, 'trace'>, end: StageEnd): Promise<MoveAnswer> {
  let answer: MoveAnswer = { allowed: false, refusal: '' };
  await trace.record((task) => {
    const { allowed, entry } = proposeMove(task, end.move, end.by, end.reason, end.note);
    answer = { allowed, refusal: entry.type === 'move-refused' ? entry.data.reason : '' };
    return entry;
  });
  return answer;
}

/** A stage that proposes what is not allowed has a defect: the task ends with that said, instead of going round for ever. */
function failedMove({ trace }: Assignment, refused: StageEnd): StageEnd {
  const message = `The task could not ${refused.move} from ${trace.task().state}; its trace says which need was not met.`;
  return { move: 'fail', by: 'host', reason: { code: 'move-refused', message } };
}

/**
 * A failure ends a task. Only where the surroundings of a task taken up again are not there yet, the engine or the model's
 * server after a restart of the machine, or where the engine went away under it, it waits for the next start of the host. One that
 * needs a window of the editor waits until one lends its model.
 */
function afterFailure({ trace }: Assignment, { reason: code, message }: Failure, takenUp: boolean): StageEnd {
  const engineLost = code === 'engine-unavailable' && trace.task().runtime !== undefined;
  const waits = engineLost || code === windowNeeded || (takenUp && surroundings.has(code));
  const move = waits ? 'wait' : 'fail';
  return { move, by: 'host', reason: { code, message } };
}

/** True when the host is to work on a task that it finds: one that waited for its surroundings tries again. */
export async function takeUp(trace: TaskTrace): Promise<boolean> {
  const { state, reason } = trace.task();
  if (state === 'waiting' && surroundings.has(reason?.code ?? '')) {
    await moveTask({ trace }, { move: 'resume', by: 'host' });
  }
  return activeStates.has(trace.task().state);
}

async function moveOn(assignment: Assignment, next: StageEnd): Promise<boolean> {
  const moved = await endTask(assignment, next);
  return moved.allowed || (await endTask(assignment, failedMove(assignment, next))).allowed;
}

/**
 * Makes a move; one that would end a revision leads back to the result that there was before it, which its user still has to decide on.
 * The trace says what the revision ended with.
 */
export async function endTask({ trace }: Pick<Assignment, 'trace'>, end: StageEnd): Promise<MoveAnswer> {
  const { move, by } = end;
  const back = move === 'fail' || move === 'cancel' ? backAgain(move, end.reason) : undefined;
  return back !== undefined && proposeMove(trace.task(), 'restore', by).allowed
    ? moveTask({ trace }, { move: 'restore', by, reason: back })
    : moveTask({ trace }, end);
}

function backAgain(move: 'fail' | 'cancel', reason: StageEnd['reason']): NonNullable<StageEnd['reason']> {
  const kept = 'this is the result from before it. Say what to do differently for another go.';
  return move === 'cancel'
    ? { code: revisionCancelled, message: `You cancelled the revision; ${kept}` }
    : {
        code: revisionFailed,
        message: `The revision failed (${reason?.message ?? 'no reason was recorded'}); ${kept}`,
      };
}
