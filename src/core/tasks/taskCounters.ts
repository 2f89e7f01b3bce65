import type { ModelFailureReason } from '../models/languageModel.ts';
import { isSandboxReason } from '../sandbox/sandboxReasons.ts';
import type { TraceEvent, TraceEventData, TraceEventType } from '../trace/traceEvent.ts';
import { isEmptyAnswer } from './conduct.ts';
import type { Task } from './task.ts';
import type { TaskState } from './taskState.ts';

/** States in which an agent works or its work is checked. */
const countedStates: ReadonlySet<TaskState> = new Set(['working', 'verifying', 'reviewing', 'revising']);

/** A host writes these first when it takes a task up: what lies before them is time in which none was running. */
const takingUp: ReadonlySet<TraceEventType> = new Set<TraceEventType>(['journal-recovered', 'task-resumed']);

/** With these a task begins to wait for the machine, for a window of the editor, or for a server that others use. */
const holding: ReadonlySet<TraceEventType> = new Set<TraceEventType>([
  'sandbox-delayed',
  'engine-awaited',
  'model-awaited',
  'model-delayed',
]);

/** These happen while a task waits, and end no wait. */
const besideWaits: ReadonlySet<TraceEventType> = new Set<TraceEventType>([
  'move-refused',
  'limits-extended',
  'approval-given',
  'sandbox-ended',
]);

/**
 * Seconds of work between the previous event and this one. Nothing counts while the task is queued, prepared, waits, is
 * paused, settled or held, nor while no host was running. A clock that went backwards counts as no time.
 */
export function activeSeconds(task: Task, event: TraceEvent): number {
  return !countedStates.has(task.state) || takingUp.has(event.type) || task.held ? 0 : secondsSince(task, event);
}

/** Whether the task waits for the machine once this event has happened; whatever it does next ends the wait. */
export function isHeldAfter({ held }: Task, { type }: TraceEvent): boolean {
  return holding.has(type) || (held && besideWaits.has(type));
}

/** Seconds until this event for which the task was held. */
export function heldSeconds(task: Task, event: TraceEvent): number {
  return task.held ? secondsSince(task, event) : 0;
}

function secondsSince(task: Task, event: TraceEvent): number {
  const milliseconds = Date.parse(event.ts) - Date.parse(task.updatedAt);
  return milliseconds > 0 ? milliseconds / 1000 : 0;
}

/** What an answer cost counts whatever run it belongs to. */
export function afterAnswer(task: Task, data: TraceEventData<'model-answered'>): Task {
  const tokens = data.promptTokens + data.outputTokens;
  const { usage } = task;
  return {
    ...task,
    usage: {
      ...usage,
      newTokens: usage.newTokens + data.newTokens,
      tokens: usage.tokens + tokens,
      steps: usage.steps + 1,
    },
    ...(data.purpose === undefined ? { silentInARow: silentInARow(task.silentInARow, data) } : {}),
    ...served(task, data),
  };
}

/** A window that the server named stands until it names another. */
function served(
  task: Task,
  { truncated, window, promptTokens }: TraceEventData<'model-answered'>,
): Pick<Task, 'served'> {
  if (!truncated && window === undefined) {
    return {};
  }
  const before = task.served ?? { cuts: 0 };
  return {
    served: {
      ...before,
      ...(window === undefined ? {} : { window }),
      ...(truncated ? { cutTo: promptTokens, cuts: before.cuts + 1 } : {}),
    },
  };
}

/** An answer cut off by its length limit is no sign of either, and an empty one is counted by itself: neither counts nor resets. */
function silentInARow(before: number, data: TraceEventData<'model-answered'>): number {
  if (data.calls.length > 0) {
    return 0;
  }
  return data.finish === 'length' || isEmptyAnswer(data) ? before : before + 1;
}

export function afterRefusedCall(task: Task, data: TraceEventData<'call-refused'>): Task {
  const malformedStep = `${data.run}/${data.step}`;
  const sameAnswer = task.malformedStep === malformedStep && task.malformedInARow > 0;
  const malformedInARow = sameAnswer ? task.malformedInARow : task.malformedInARow + 1;
  // A call that was the answer's text shows only now.
  return { ...task, malformedStep, malformedInARow, silentInARow: 0 };
}

/** A call that even the server could not read is as malformed as one that we refuse. */
const unreadableCall: ModelFailureReason = 'malformed-call';

export function afterModelFailure(task: Task, data: TraceEventData<'model-failed'>): Task {
  const { promptTokens = 0, outputTokens = 0, newTokens = 0 } = data;
  const { usage } = task;
  const tokens = usage.tokens + promptTokens + outputTokens;
  const unreadable = data.reason.code === unreadableCall && data.purpose === undefined;
  const malformedInARow = task.malformedInARow + (unreadable ? 1 : 0);
  return { ...task, malformedInARow, usage: { ...usage, newTokens: usage.newTokens + newTokens, tokens } };
}

/** A box that failed says nothing about the tool; the time a command took counts however it ended, its wait for a box apart. */
export function afterReturn(before: Task, data: TraceEventData<'tool-returned'>): Task {
  const { open } = before.conduct;
  const seconds = Math.max(0, data.milliseconds / 1_000 - before.heldSeconds);
  const command = open?.call === data.call && open.effect === 'execute' ? seconds : 0;
  const task = command === 0 ? before : { ...before, commandSeconds: before.commandSeconds + command };
  if (data.reason !== undefined && isSandboxReason(data.reason)) {
    return task;
  }
  const others = Object.entries(task.toolFailures).filter(([tool]) => tool !== data.tool);
  const failures = Object.hasOwn(task.toolFailures, data.tool) ? (task.toolFailures[data.tool] ?? 0) : 0;
  return {
    ...task,
    toolFailures: Object.fromEntries(data.ok ? others : [...others, [data.tool, failures + 1]]),
  };
}
