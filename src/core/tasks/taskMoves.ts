import type { Actor, TraceEntry } from '../trace/traceEvent.ts';
import { isDecided } from './fileDecision.ts';
import { backToResult } from './lastResult.ts';
import type { Task } from './task.ts';
import { moveTarget } from './taskReducer.ts';
import { type TaskMove, taskMoves } from './taskState.ts';

export type MoveProposal =
  | { readonly allowed: true; readonly entry: TraceEntry }
  /** The refusal is an event too: the caller appends it either way. */
  | { readonly allowed: false; readonly entry: TraceEntry };

/** Agents whose approval of the exact changeset a task needs to be ready. */
const requiredVoters: readonly string[] = ['implementer'];

/** Moves that each actor may propose at all. A model and its agent may claim that the work is done, and nothing else. */
export const moveRights: Readonly<Record<Actor, readonly TaskMove[]>> = {
  user: ['revise', 'pause', 'resume', 'restore', 'apply', 'undo', 'merge', 'discard', 'cancel'],
  host: taskMoves,
  agent: ['verify'],
  model: ['verify'],
  policy: [],
  sandbox: [],
};

/** A need answers what is missing, as the end of "This move is not possible: …"; undefined when it holds. */
type Need = (task: Task) => string | undefined;

const changesetImported: Need = (task) => (task.changeset === undefined ? 'no changeset was imported' : undefined);

const policyJudged: Need = (task) =>
  task.judgement === undefined || task.judgedHash !== task.changeset?.hash
    ? 'the path rules have not judged this changeset'
    : undefined;

/** `unverified` is enough, as it is shown plainly; failing tests are not. */
const proofAttached: Need = (task) => {
  if (!isProved(task)) {
    return 'there is no proof of this changeset';
  }
  return task.proof?.verdict === 'red' ? 'the tests fail on this changeset' : undefined;
};

/** Whether the newest proof speaks of the changeset as it is now. */
export function isProved({ proof, changeset }: Task): boolean {
  return proof !== undefined && proof.hash === changeset?.hash;
}

const votesIn: Need = (task) => {
  const missing = requiredVoters.filter(
    (agent) => !task.votes.some((vote) => vote.agent === agent && vote.vote === 'approve' && isOfChangeset(task, vote)),
  );
  return missing.length === 0 ? undefined : `no approval of this changeset by: ${missing.join(', ')}`;
};

const noRejection: Need = (task) => {
  const rejecting = task.votes.find((vote) => vote.vote === 'reject' && isOfChangeset(task, vote));
  return rejecting === undefined ? undefined : `${rejecting.agent} rejected this changeset`;
};

const applyEnded: Need = (task) =>
  task.openApply === undefined && task.openUndo === undefined
    ? undefined
    : 'it is not known yet how writing to the checkout ended';

/** The state says "applied" only where all that was not rejected stands in the checkout, and something does. */
const everythingDecided: Need = (task) => {
  const [missing] = undecidedPaths(task);
  if (missing !== undefined) {
    return `${missing} was not written to the checkout`;
  }
  const accepted = task.applied.length > 0 || task.decisions.some((decision) => decision.accepted.length > 0);
  return accepted ? undefined : 'all of its changes were rejected';
};

const somethingUndone: Need = (task) =>
  undecidedPaths(task).length === 0 ? 'all of its changes stand as they were decided' : undefined;

/** Files of the changeset with something in them that was neither accepted nor rejected. */
export function undecidedPaths(task: Task): readonly string[] {
  const decided = new Set([...task.applied, ...task.decisions.filter(isDecided).map(({ path }) => path)]);
  return task.changeset?.files.map(({ path }) => path).filter((path) => !decided.has(path)) ?? [];
}

const readyNeeds: readonly Need[] = [changesetImported, policyJudged, proofAttached, votesIn, noRejection];

/** What it goes back to has to be as good as it was when it became ready: the tests may have failed on it since. */
const resultBefore: Need = (task) => {
  const before = backToResult(task);
  return before === undefined
    ? 'it had no result before'
    : readyNeeds.map((need) => need(before)).find((missing) => missing !== undefined);
};

/** What a move needs beyond its place in the table. */
const moveNeeds: Readonly<Partial<Record<TaskMove, readonly Need[]>>> = {
  finish: readyNeeds,
  restore: [resultBefore, applyEnded],
  apply: [changesetImported, proofAttached, noRejection, applyEnded, everythingDecided],
  undo: [applyEnded, somethingUndone],
  merge: [changesetImported, policyJudged, proofAttached, noRejection, applyEnded],
  discard: [applyEnded],
  cancel: [applyEnded],
};

/**
 * Decides a proposed move of a task. Both answers are an entry for the trace: the move, or its refusal with the moves that
 * the actor could make instead.
 */
export function proposeMove(
  task: Task,
  move: TaskMove,
  by: Actor,
  reason?: { readonly code: string; readonly message: string },
  note?: string,
): MoveProposal {
  const refusal = whyNot(task, move, by);
  const to = moveTarget(task, move);
  if (refusal !== undefined || to === undefined) {
    const allowed = taskMoves.filter((other) => whyNot(task, other, by) === undefined);
    const why = refusal ?? 'there is no such move here';
    return {
      allowed: false,
      entry: {
        type: 'move-refused',
        actor: by,
        data: { move, from: task.state, allowed, reason: `This move is not possible: ${why}.` },
      },
    };
  }
  return {
    allowed: true,
    entry: {
      type: 'task-moved',
      actor: by,
      data: {
        move,
        from: task.state,
        to,
        ...(reason === undefined ? {} : { reason }),
        ...(note === undefined ? {} : { note }),
      },
    },
  };
}

function whyNot(task: Task, move: TaskMove, by: Actor): string | undefined {
  if (moveTarget(task, move) === undefined) {
    return `a task that is ${task.state} takes no "${move}"; \`nightshift show ${task.id}\` tells how it stands`;
  }
  if (!moveRights[by].includes(move)) {
    return `${by} may not ${move} a task`;
  }
  if (task.state === 'failed' && move === 'resume' && by !== 'user') {
    return 'a task that failed is resumed by the user alone';
  }
  return (moveNeeds[move] ?? []).map((need) => need(task)).find((missing) => missing !== undefined);
}

function isOfChangeset(task: Task, vote: Task['votes'][number]): boolean {
  return vote.hash === task.changeset?.hash;
}
