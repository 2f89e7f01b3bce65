import type { TraceEvent } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';
import { activeStates } from './taskState.ts';

const longestName = 60;

/** One line for lists: what the task does now that this event has happened. Quotes the model, so it is cleaned and cut. */
export function activityAfter(task: Task, event: TraceEvent): string {
  if ((event.type === 'apply-ended' || event.type === 'undo-ended') && event.data.conflicts[0] !== undefined) {
    return `${task.state}, and a person has to look: ${clean(event.data.conflicts[0].message, 2 * longestName)}`;
  }
  const isOther = event.type === 'model-awaited' && task.state === 'waiting';
  if (
    isOther ||
    event.type === 'task-created' ||
    event.type === 'task-moved' ||
    event.type === 'apply-ended' ||
    event.type === 'undo-ended'
  ) {
    return standing(task);
  }
  if (event.type === 'apply-intended') {
    const { writes, placement } = event.data;
    return placement?.commit === undefined
      ? `writing ${files(writes.length)} to the checkout`
      : `committing ${files(placement.paths.length)}`;
  }
  if (event.type === 'undo-intended') {
    return `undoing the accept of ${files(event.data.paths.length)}`;
  }
  return activeStates.has(task.state) ? (doing(event) ?? task.activity) : task.activity;
}

function doing(event: TraceEvent): string | undefined {
  switch (event.type) {
    case 'snapshot-taken':
      return `copied ${files(event.data.files)}`;
    case 'environment-chosen':
      return event.data.status === 'ready' ? 'environment is ready' : undefined;
    case 'trial-started':
      return 'trying the model out';
    case 'trial-ended':
      return event.data.result === undefined ? undefined : `the model is ${event.data.result.grade.level}`;
    case 'run-started':
      return `starting the ${clean(event.data.agent)}`;
    case 'sandbox-delayed':
    case 'engine-awaited':
    case 'model-awaited':
    case 'model-delayed':
      return clean(event.data.message, 2 * longestName);
    case 'sandbox-started':
      return 'sandbox is open';
    case 'model-asked':
      return event.data.purpose === 'plan' ? 'making a plan' : 'asking the model';
    case 'plan-made':
      return event.data.steps.length === 0
        ? 'goes on without a plan'
        : `made a plan of ${event.data.steps.length} steps`;
    case 'model-failed':
      return `the model failed: ${clean(event.data.reason.message, 2 * longestName)}`;
    case 'call-refused':
      return 'the model sent a malformed call';
    case 'tool-called':
      return using(event.data.tool, event.data.arguments);
    case 'tool-closed':
      return `closed ${clean(event.data.tool)} after ${event.data.failures} failures in a row`;
    case 'guard-tripped':
      return clean(event.data.reason.message, 2 * longestName);
    case 'changeset-imported':
      return `${files(event.data.changeset.files.length)} changed`;
    case 'policy-judged':
      return 'checked the changes against the path rules';
    case 'proof-started':
      return 'running the tests on the base and on the patch';
    case 'proof-ended':
      return `tests ${event.data.proof.verdict}`;
    default:
      return undefined;
  }
}

const verbs: Readonly<Record<string, string>> = {
  read_file: 'reading',
  write_file: 'writing',
  edit_file: 'editing',
  delete_file: 'deleting',
};

function using(tool: string, input: unknown): string {
  const verb = Object.hasOwn(verbs, tool) ? verbs[tool] : undefined;
  if (verb !== undefined) {
    return `${verb} ${clean(textField(input, 'path') ?? 'a file')}`;
  }
  switch (tool) {
    case 'list_files':
      return 'listing files';
    case 'search_text':
      return 'searching the files';
    case 'recall':
      return 'asking the memory';
    case 'run_tests':
      return 'running the tests';
    case 'finish':
      return 'handing in the work';
    default:
      return `running ${clean(tool)}`;
  }
}

function standing(task: Task): string {
  const why = task.reason === undefined ? '' : `: ${clean(task.reason.message, 2 * longestName)}`;
  switch (task.state) {
    case 'queued':
      return 'queued';
    case 'preparing':
      return 'copying the workspace';
    case 'working':
      return 'starting to work';
    case 'verifying':
      return 'checking the result';
    case 'reviewing':
      return 'collecting votes';
    case 'revising':
      return `going over it again${why}`;
    case 'ready':
      return `ready: ${files(task.changeset?.files.length ?? 0)}, ${tests(task)}${appliedPart(task)}`;
    case 'applied':
      return `applied: ${files(task.applied.length)}`;
    default:
      return `${task.state}${why}`;
  }
}

function tests(task: Task): string {
  const verdict = task.proof?.verdict ?? 'unverified';
  return verdict === 'unverified' ? 'not verified' : `tests ${verdict}`;
}

function appliedPart(task: Task): string {
  return task.applied.length === 0 ? '' : `, ${task.applied.length} accepted`;
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function textField(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) {
    return undefined;
  }
  const field: unknown = Reflect.get(value, name);
  return typeof field === 'string' ? field : undefined;
}

/** Control and direction-changing characters go: this line ends up on terminals. */
function clean(text: string, longest = longestName): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/\p{Surrogate}$/u, '')}…` : line;
}
