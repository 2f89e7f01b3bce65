import { defaultLimits, type Limits, totalPerNewToken } from '../guards/limits.ts';
import { windowNeeded } from '../models/modelAccess.ts';
import type { TraceEvent, TraceEventData } from '../trace/traceEvent.ts';
import { activityAfter } from './taskActivity.ts';
import {
  activeSeconds,
  afterAnswer,
  afterModelFailure,
  afterRefusedCall,
  afterReturn,
  heldSeconds,
  isHeldAfter,
} from './taskCounters.ts';
import { conductAfter, freshConduct } from './conduct.ts';
import { applied, undone } from './acceptedFiles.ts';
import { withRejected } from './fileDecision.ts';
import { imported, proved } from './importedResult.ts';
import { withMark } from './reviewedFile.ts';
import { withFinding } from './taskFinding.ts';
import { noAnswer, waitsForAnswer, withAnswer, withQuestion } from './question.ts';
import { backToResult, withLastResult, withoutLastResult } from './lastResult.ts';
import { hasUnheard, keptNotes, nothingUnheard, withComment, withNote, withSentComment } from './reviewComment.ts';
import type { Task } from './task.ts';
import { settledStates, type TaskMove, type TaskState, taskTransitions } from './taskState.ts';

/**
 * The task after one more event. Total and pure: an event that makes no sense where it stands changes nothing but the
 * counters of what was spent. Where a move leads is looked up from the folded state, never taken from the event.
 */
export function foldTask(task: Task | undefined, event: TraceEvent): Task {
  const before = task ?? uncreated(event);
  const counted: Task = {
    ...before,
    updatedAt: event.ts,
    events: before.events + 1,
    usage: { ...before.usage, seconds: before.usage.seconds + activeSeconds(before, event) },
    held: isHeldAfter(before, event),
    heldSeconds: before.heldSeconds + heldSeconds(before, event),
  };
  const after = applyEvent(counted, event);
  const conduct = conductAfter(after.conduct, event);
  return { ...after, conduct, activity: activityAfter(after, event) };
}

/** The task that a trace tells of; undefined for a trace in which no task was created (empty, or cut at its first line). */
export function foldTrace(events: readonly TraceEvent[]): Task | undefined {
  const task = events.reduce<Task | undefined>(foldTask, undefined);
  return task === undefined || task.id === '' ? undefined : task;
}

/** Where a move leads from here by the table alone; undefined where the table has no such move. */
export function moveTarget(task: Pick<Task, 'state' | 'interrupted'>, move: TaskMove): TaskState | undefined {
  const target = taskTransitions[task.state][move];
  return target === 'back' ? task.interrupted : target;
}

function applyEvent(task: Task, event: TraceEvent): Task {
  switch (event.type) {
    case 'task-created':
      return task.id === '' ? created(task, event.data, event.ts) : task;
    case 'task-moved':
      return moved(task, event);
    case 'limits-extended':
      return event.actor === 'user' ? { ...task, limits: extended(task.limits, event.data) } : task;
    case 'snapshot-taken':
      return { ...task, snapshot: event.data };
    case 'environment-chosen':
      return event.data.tree === task.snapshot?.tree ? { ...task, environment: event.data } : task;
    case 'approval-given':
      return event.actor === 'user' ? approved(task) : task;
    case 'trial-ended': {
      const grade = task.grade ?? event.data.result?.grade;
      return grade === undefined ? task : { ...task, grade };
    }
    case 'run-started': {
      const run = { id: event.data.run, agent: event.data.agent, ended: false };
      return { ...task, run, runs: task.runs + 1, notices: [], unheard: nothingUnheard };
    }
    case 'run-ended': {
      if (!isPresentRun(task, event.data.run) || task.run === undefined) {
        return task;
      }
      const summary = event.data.summary ?? task.summary;
      const attempts = task.attempts + (event.data.outcome === 'finished' ? 1 : 0);
      return { ...task, attempts, run: { ...task.run, ended: true }, ...(summary === undefined ? {} : { summary }) };
    }
    case 'sandbox-started':
      return {
        ...task,
        runtime: {
          name: event.data.runtime,
          isolatedKernel: event.data.isolatedKernel,
          ...(event.data.unenforced === undefined ? {} : { unenforced: event.data.unenforced }),
        },
      };
    case 'plan-made':
      return event.data.steps.length > 0 || task.plan === undefined
        ? { ...task, plan: { steps: event.data.steps } }
        : task;
    case 'model-awaited':
      return awaited(task, event.data);
    case 'model-asked':
      return withoutAwaited(task);
    case 'model-answered':
      return afterAnswer(task, event.data);
    case 'model-failed':
      return afterModelFailure(task, event.data);
    case 'call-refused':
      return afterRefusedCall(task, event.data);
    case 'tool-called':
      return { ...task, malformedInARow: 0, silentInARow: 0, heldSeconds: 0 };
    case 'tool-returned':
      return afterReturn(task, event.data);
    case 'tool-closed':
      return { ...task, closedTools: withItem(task.closedTools, event.data.tool) };
    case 'notice-given':
      return { ...task, notices: withItem(task.notices, event.data.guard) };
    case 'checkpoint-saved':
      return { ...task, checkpoint: event.data.tree };
    case 'changeset-imported':
      return imported(task, event.data);
    case 'policy-judged':
      return { ...task, judgement: event.data.judgement, judgedHash: event.data.hash };
    case 'proof-ended':
      return proved(task, event.data);
    case 'vote-cast': {
      const others = task.votes.filter((vote) => vote.agent !== event.data.agent || vote.hash !== event.data.hash);
      return { ...task, votes: [...others, event.data] };
    }
    case 'statement-signed':
      return { ...task, statement: event.data };
    case 'apply-intended':
      return { ...task, openApply: event.data };
    case 'apply-ended':
      return applied(task, event.data);
    case 'undo-intended':
      return { ...task, openUndo: event.data };
    case 'undo-ended':
      // What stands in the checkout is no longer what stood there before the revision.
      return withoutLastResult(undone(task, event.data));
    case 'changes-rejected':
      return event.actor === 'user' && event.data.hash === task.changeset?.hash
        ? { ...task, decisions: withRejected(task.decisions, event.data) }
        : task;
    case 'taken-over':
      return event.actor === 'user' ? { ...task, takenOver: event.data } : task;
    case 'task-archived':
      return event.actor === 'user' ? { ...task, archived: event.data.archived } : task;
    case 'file-reviewed':
      return event.actor === 'user' ? withMark(task, event.data) : task;
    case 'user-said':
      return event.actor === 'user' ? withNote(task, event.data.text) : task;
    case 'note-told': {
      const [first, ...rest] = task.unheard.notes;
      return first === event.data.text ? { ...task, unheard: { ...task.unheard, notes: rest } } : task;
    }
    case 'comment-sent':
      return event.actor === 'user' ? withSentComment(task, event.data) : task;
    case 'comment-answered':
      return { ...task, comments: withComment(task.comments, event.data.comment, { answer: event.data.text }) };
    case 'comment-resolved': {
      const { comment, resolved } = event.data;
      return event.actor === 'user' ? { ...task, comments: withComment(task.comments, comment, { resolved }) } : task;
    }
    case 'question-asked':
      return isPresentRun(task, event.data.run) ? withQuestion(task, event.data) : task;
    case 'finding-reported':
      return isPresentRun(task, event.data.run) ? withFinding(task, event.data) : task;
    case 'terminal-opened':
    case 'task-resumed':
    case 'move-refused':
    case 'sandbox-delayed':
    case 'sandbox-ended':
    case 'engine-awaited':
    case 'model-delayed':
    case 'guard-tripped':
    case 'proof-started':
    case 'journal-recovered':
    case 'context-added':
    case 'memory-recalled':
    case 'trial-started':
    default:
      return task;
  }
}

/** Stands for a task before its creation: nothing can be done with it. */
function uncreated(event: TraceEvent): Task {
  return {
    id: '',
    goal: '',
    origin: { kind: 'api' },
    model: { driver: '', name: '' },
    replay: false,
    limits: defaultLimits,
    settings: { contextTokens: 1, requireGvisor: true },
    workspace: '',
    createdAt: event.ts,
    updatedAt: event.ts,
    state: 'failed',
    runs: 0,
    resumed: false,
    notes: [],
    unheard: nothingUnheard,
    comments: [],
    questions: [],
    findings: [],
    attempts: 0,
    unfinished: false,
    usage: { newTokens: 0, tokens: 0, steps: 0, seconds: 0 },
    votes: [],
    applied: [],
    decisions: [],
    reviewed: [],
    archived: false,
    accepts: [],
    placements: [],
    closedTools: [],
    toolFailures: {},
    malformedInARow: 0,
    silentInARow: 0,
    conduct: freshConduct,
    held: false,
    heldSeconds: 0,
    commandSeconds: 0,
    notices: [],
    activity: '',
    events: 0,
  };
}

function created(task: Task, data: TraceEventData<'task-created'>, ts: string): Task {
  return {
    ...task,
    id: data.task,
    goal: data.goal,
    origin: data.origin,
    model: data.model,
    replay: data.replay,
    ...(data.grade === undefined ? {} : { grade: data.grade }),
    limits: data.limits,
    settings: data.settings,
    workspace: data.workspace,
    createdAt: ts,
    state: 'queued',
  };
}

function moved(task: Task, { actor, data }: Extract<TraceEvent, { type: 'task-moved' }>): Task {
  const state = task.id === '' ? undefined : moveTarget(task, data.move);
  const ground = data.move === 'restore' ? backToResult(task) : task;
  if (state === undefined || ground === undefined) {
    return task;
  }
  const present = state === 'waiting' ? ground : withoutAwaited(ground);
  const {
    interrupted: _interrupted,
    reason: _reason,
    ...rest
  } = resultKept(isSentBack(task, data.move) ? unproved(present) : present, data.move);
  const again = isAnotherGo(task, data.move);
  const begun = again ? afresh : {};
  // Somebody who goes on with a task may have mended what its setup failed of.
  const environment =
    data.move === 'resume' && rest.environment?.status === 'failed'
      ? { environment: { ...rest.environment, transient: true } }
      : {};
  const { served, ...others } = rest;
  const answers = data.move === 'resume' && actor === 'user' && waitsForAnswer(task);
  return {
    ...others,
    // A person who goes on after a cut may have given the server a larger window.
    ...(served === undefined || again ? {} : { served }),
    ...begun,
    ...environment,
    state,
    archived: task.archived && data.move === 'discard',
    resumed: task.resumed || (data.move === 'resume' && actor === 'user'),
    questions: answers ? withAnswer(task.questions, data.note ?? noAnswer) : others.questions,
    notes: data.note === undefined || answers ? task.notes : [...task.notes, data.note].slice(-keptNotes),
    ...(state === 'waiting' || state === 'paused' ? { interrupted: task.state } : {}),
    ...(data.reason === undefined ? {} : { reason: data.reason }),
  };
}

/** A result is kept while its agent goes over it at the user's word, and no longer than until the task is ready again. */
function resultKept(task: Task, move: TaskMove): Task {
  if (task.state === 'ready' && move === 'revise') {
    return hasUnheard(task) ? withLastResult(task) : withoutLastResult(task);
  }
  return move === 'finish' ? withoutLastResult(task) : task;
}

/** The user goes on with what failed, or has more to say about what is done. */
function isAnotherGo(task: Task, move: TaskMove): boolean {
  return (
    (task.state === 'failed' && move === 'resume') || (task.state === 'ready' && move === 'revise' && hasUnheard(task))
  );
}

/** What a task at rest waits for may change: then that is why it stands where it stands. */
function awaited(task: Task, { model, need, message }: TraceEventData<'model-awaited'>): Task {
  const isWhy = task.state === 'waiting' && task.reason?.code === windowNeeded;
  return { ...task, awaited: { model, need }, ...(isWhy ? { reason: { code: windowNeeded, message } } : {}) };
}

function withoutAwaited({ awaited: _awaited, ...task }: Task): Task {
  return task;
}

/** A person had another go at it: what speaks of the model's behaviour is forgotten, what was spent is not. */
const afresh: Pick<
  Task,
  'conduct' | 'malformedInARow' | 'silentInARow' | 'toolFailures' | 'closedTools' | 'notices' | 'attempts'
> = {
  conduct: freshConduct,
  malformedInARow: 0,
  silentInARow: 0,
  toolFailures: {},
  closedTools: [],
  notices: [],
  attempts: 0,
};

/** Limits only ever grow, and the ones that follow from another one with it. */
function extended(
  limits: Limits,
  { newTokens = 0, steps = 0, seconds = 0 }: TraceEventData<'limits-extended'>,
): Limits {
  return {
    ...limits,
    newTokens: Math.max(limits.newTokens, newTokens),
    totalTokens: Math.max(limits.totalTokens, newTokens * totalPerNewToken),
    steps: Math.max(limits.steps, steps),
    seconds: Math.max(limits.seconds, seconds),
    commandTotalSeconds: Math.max(limits.commandTotalSeconds, seconds),
  };
}

/**
 * An environment that could not be had is tried again, and so is what tests said of the base without it. A proof stands until the
 * task is sent back for another: a task is never ready without one.
 */
function approved(task: Task): Task {
  if (settledStates.has(task.state)) {
    return task;
  }
  const { environment: _environment, baseline: _baseline, ...rest } = task;
  return rest;
}

/** A task that is ready is sent back with words of the user, or for another proof of the same. */
function isSentBack(task: Task, move: TaskMove): boolean {
  return task.state === 'ready' && move === 'revise' && !hasUnheard(task);
}

function unproved(task: Task): Task {
  const { environment: _environment, baseline: _baseline, proof: _proof, ...rest } = task;
  return rest;
}

function isPresentRun(task: Task, run: string): boolean {
  return task.run?.id === run;
}

function withItem(items: readonly string[], item: string): readonly string[] {
  return items.includes(item) ? items : [...items, item];
}
