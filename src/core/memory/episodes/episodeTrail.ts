import type { Task } from '../../tasks/task.ts';
import { foldTask } from '../../tasks/taskReducer.ts';
import { settledStates, type TaskState } from '../../tasks/taskState.ts';
import type { TraceEvent } from '../../trace/traceEvent.ts';
import { approachOf, proofLine } from './approach.ts';
import { type Decision, episodeId, episodeVersion, type EpisodeFile, type EpisodeRecord } from './episodeRecord.ts';
import { taskSignature } from './taskSignature.ts';

/** Of a changeset with more, these are remembered. */
export const mostFiles = 1_000;

/** Characters; a goal can be a whole page. */
const longestGoal = 2_000;

/** What of a trace so far an episode is made of. */
export interface EpisodeTrail {
  readonly task: Task;
  /** Calls that came back well, by tool. */
  readonly tools: ReadonlyMap<string, number>;
  /** Hashes of files around their accept, by path. */
  readonly writes: ReadonlyMap<string, { readonly before: string | null; readonly after: string | null }>;
  /** Where the task is over: how, and since when (ISO 8601). */
  readonly end?: { readonly decision: Decision; readonly time: string };
  readonly acceptedAt?: string;
}

/** The trail after one more event. Total: an event that makes no sense where it stands does no harm. */
export function trailAfter(trail: EpisodeTrail | undefined, event: TraceEvent): EpisodeTrail {
  const before = trail?.task;
  const task = foldTask(before, event);
  const kept: EpisodeTrail = trail ?? { task, tools: new Map(), writes: new Map() };
  const { end: _end, ...rest } = kept;
  const decision = decisionOf(task, kept.end?.decision);
  const moved = before?.state !== task.state || kept.end?.decision !== decision;
  const end = decision === undefined ? undefined : { decision, time: moved ? event.ts : (kept.end?.time ?? event.ts) };
  return {
    ...rest,
    task,
    tools: toolsAfter(kept.tools, event),
    ...acceptAfter(kept, event),
    ...(end === undefined ? {} : { end }),
  };
}

/** What is to be remembered of a task; undefined as long as it is not over. How it stands in the checkout is not known here. */
export function episodeOf(trail: EpisodeTrail | undefined): EpisodeRecord | undefined {
  if (trail?.end === undefined || trail.task.id === '') {
    return undefined;
  }
  const { task, end, acceptedAt } = trail;
  const { changeset } = task;
  return {
    version: episodeVersion,
    id: episodeId(task.id),
    task: task.id,
    events: task.events,
    goal: task.goal.slice(0, longestGoal),
    time: end.time,
    decision: end.decision,
    ...(acceptedAt === undefined ? {} : { acceptedAt }),
    ...(changeset === undefined ? {} : { changeset: changeset.hash }),
    files: filesOf(trail),
    approach: approachOf(task, trail.tools),
    signature: [...taskSignature(task)],
    proof: proofLine(task),
    standing: { reverted: false, changedSince: [] },
  };
}

/**
 * How it ended. One that was given up when its result waited for a person was rejected; one that never came so far has failed,
 * whoever ended it. What an accept put into the checkout is accepted, whatever became of the rest.
 */
function decisionOf(task: Task, before: Decision | undefined): Decision | undefined {
  if (task.id === '' || !settledStates.has(task.state)) {
    return undefined;
  }
  const decision = decisions[task.state];
  const taken = task.applied.length > 0 && task.state !== 'failed';
  if (taken || decision === undefined) {
    return taken ? 'accepted' : before === 'open' || before === 'rejected' ? 'rejected' : 'failed';
  }
  return decision;
}

/** Of the others what was before says. */
const decisions: Partial<Record<TaskState, Decision>> = {
  applied: 'accepted',
  merged: 'accepted',
  ready: 'open',
  failed: 'failed',
};

function toolsAfter(tools: EpisodeTrail['tools'], event: TraceEvent): EpisodeTrail['tools'] {
  if (event.type !== 'tool-returned' || !event.data.ok) {
    return tools;
  }
  const { tool } = event.data;
  return new Map([...tools, [tool, (tools.get(tool) ?? 0) + 1]]);
}

/** Only what the end of an accept says was written counts; the intent before it says with which bytes. */
function acceptAfter(
  { task, writes, acceptedAt }: EpisodeTrail,
  event: TraceEvent,
): Pick<EpisodeTrail, 'writes' | 'acceptedAt'> {
  const since = acceptedAt === undefined ? {} : { acceptedAt };
  if (event.type !== 'apply-ended' || task.openApply?.key !== event.data.key || event.data.applied.length === 0) {
    return { writes, ...since };
  }
  const applied = new Set(event.data.applied);
  const done = task.openApply.writes.filter(({ path }) => applied.has(path));
  const after = new Map([...writes, ...done.map((write) => [write.path, write] as const)]);
  return { writes: after, acceptedAt: event.ts };
}

function filesOf({ task, writes }: EpisodeTrail): EpisodeFile[] {
  const applied = new Set(task.applied);
  return (task.changeset?.files ?? []).slice(0, mostFiles).map(({ path, base, result }) => {
    const isApplied = applied.has(path) || task.state === 'applied' || task.state === 'merged';
    const write = isApplied ? writes.get(path) : undefined;
    return {
      path,
      base,
      result,
      applied: isApplied,
      ...(write === undefined ? {} : { before: write.before, after: write.after }),
    };
  });
}
