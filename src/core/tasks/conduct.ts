import { fingerprint } from '../../base/fingerprint.ts';
import { isSandboxReason } from '../sandbox/sandboxReasons.ts';
import type { TraceEvent, TraceEventData } from '../trace/traceEvent.ts';
import { callKey } from './callKey.ts';

type ToolEffect = TraceEventData<'tool-called'>['effect'];

/** One call that had an answer. */
export interface CallMark {
  readonly step: number;
  /** Tool and arguments. */
  readonly key: string;
  /** Absent for a call that was refused: its name is whatever the model wrote. */
  readonly tool?: string;
  readonly ok: boolean;
  /** Fingerprint of the answer. */
  readonly result: string;
}

/** What a file has contained, as far as the agent changed it. */
export interface FileVersions {
  readonly path: string;
  /** Hashes, oldest first, each once; the present one is `current`. */
  readonly versions: readonly string[];
  readonly current: string;
  /** How often a change brought back a content that an earlier change had replaced. */
  readonly returns: number;
}

/**
 * How the agent has behaved lately: what the stuck detectors look at. Part of the fold of a task, so a kill loses nothing of it;
 * every list is bounded, so a long task costs no more than a short one.
 */
export interface Conduct {
  /** The call whose answer is not in yet. */
  readonly open?: { readonly call: string; readonly key: string; readonly effect: ToolEffect };
  /** What the present run has called, from its start. */
  readonly path: readonly string[];
  /** What the runs before it had called and this one has not yet called again: it began without a memory of them. */
  readonly retrace: readonly string[];
  /** The newest step with a call that was retraced. */
  readonly retracedStep?: number;
  /** Oldest first. The same call several times in one answer is one: the model had not seen the result. */
  readonly calls: readonly CallMark[];
  /** Answers since something last moved on: a file, something new read, another test result. */
  readonly idleSteps: number;
  /** The newest tree known. */
  readonly tree?: string;
  /** Fingerprints of what was read and of test results, newest last. */
  readonly seen: readonly string[];
  readonly files: readonly FileVersions[];
  /** Answers in a row with neither text nor a call. */
  readonly emptyInARow: number;
  /** Answers in a row that were broken off because they only repeated themselves. */
  readonly runawaysInARow: number;
  /** Commands in a row that ran into their time limit. */
  readonly timeoutsInARow: number;
}

export const freshConduct: Conduct = {
  path: [],
  retrace: [],
  calls: [],
  idleSteps: 0,
  seen: [],
  files: [],
  emptyInARow: 0,
  runawaysInARow: 0,
  timeoutsInARow: 0,
};

const keptCalls = 20;
const keptPath = 64;
const keptSeen = 60;
const keptFiles = 20;
const keptVersions = 10;

/** Reason of a call that was not run because its answer had too many; says nothing about the call. */
export const tooManyCalls = 'too-many-calls';

/** Reason of an answer that was broken off because it only repeated itself. */
export const runawayReason = 'runaway';

export function conductAfter(conduct: Conduct, event: TraceEvent): Conduct {
  if ((event.type === 'model-answered' || event.type === 'model-failed') && event.data.purpose !== undefined) {
    return conduct;
  }
  switch (event.type) {
    case 'run-started': {
      const { open: _open, path, ...rest } = conduct;
      const way = [...path, ...conduct.retrace].slice(0, keptPath);
      const retrace = new Set(way).size === way.length ? way : [];
      return { ...rest, path: [], retrace, tree: conduct.tree ?? event.data.tree };
    }
    case 'model-answered':
      return afterAnswer(conduct, event.data);
    case 'model-failed':
      return event.data.reason.code === runawayReason
        ? { ...conduct, runawaysInARow: conduct.runawaysInARow + 1 }
        : conduct;
    case 'call-refused':
      return afterRefusal(conduct, event.data);
    case 'tool-called': {
      const { call, tool, arguments: given, effect } = event.data;
      return { ...conduct, open: { call, key: callKey(tool, given), effect } };
    }
    case 'tool-returned':
      return afterReturn(conduct, event.data);
    case 'checkpoint-saved':
      return event.data.tree === conduct.tree ? conduct : { ...conduct, tree: event.data.tree, idleSteps: 0 };
    default:
      return conduct;
  }
}

function afterAnswer(conduct: Conduct, { calls, text, finish }: TraceEventData<'model-answered'>): Conduct {
  const empty = isEmptyAnswer({ calls, text, finish });
  return {
    ...conduct,
    idleSteps: conduct.idleSteps + 1,
    emptyInARow: empty ? conduct.emptyInARow + 1 : 0,
    runawaysInARow: 0,
  };
}

/** Nothing was said and nothing was asked for; thoughts alone lead nowhere. */
export function isEmptyAnswer(answer: {
  readonly calls: readonly unknown[];
  readonly text: string;
  readonly finish: string;
}): boolean {
  return answer.calls.length === 0 && answer.text.trim() === '' && answer.finish !== 'length';
}

function afterRefusal(conduct: Conduct, { step, call, reason }: TraceEventData<'call-refused'>): Conduct {
  if (reason.code === tooManyCalls) {
    return conduct;
  }
  const key = callKey(call.name, call.arguments);
  return withCall(conduct, { step, key, ok: false, result: reason.code });
}

/** A box that failed says nothing about the call. */
function afterReturn(conduct: Conduct, data: TraceEventData<'tool-returned'>): Conduct {
  const { open, ...rest } = conduct;
  if (open?.call !== data.call || (data.reason !== undefined && isSandboxReason(data.reason))) {
    return rest;
  }
  const { step, tool, ok } = data;
  const result = data.likeness ?? data.artifact?.sha256 ?? fingerprint(data.output);
  const marked = withCall(rest, { step, key: open.key, tool, ok, result });
  const timedOut = data.reason === timedOutReason;
  const run = open.effect === 'execute' ? { timeoutsInARow: timedOut ? rest.timeoutsInARow + 1 : 0 } : {};
  return withFile(withSeen({ ...marked, ...run }, open.effect, tool, result, ok), data);
}

/** Reason of a command that ran into its time limit, as tools give it. */
const timedOutReason = 'timed-out';

function withCall(conduct: Conduct, mark: CallMark): Conduct {
  const path = [...conduct.path, mark.key].slice(0, keptPath);
  const [expected, ...retrace] = conduct.retrace;
  if (expected === mark.key) {
    return retraced({ ...conduct, path, retrace }, mark.step);
  }
  const last = conduct.calls.at(-1);
  const again = last !== undefined && last.step === mark.step && last.key === mark.key;
  const calls = again ? conduct.calls.slice(0, -1) : conduct.calls;
  return { ...conduct, path, retrace: [], calls: [...calls, mark].slice(-keptCalls) };
}

/**
 * A run that goes on where a killed host or a dead box broke off, or after its tests failed, begins with an empty conversation, so
 * its model asks again what it had asked. As long as it goes the same way, that was counted the first time; its answers are no
 * idle ones either. Where a call stands twice on that way already, the model goes in circles by itself, and all is counted on.
 */
function retraced(conduct: Conduct, step: number): Conduct {
  const idleSteps = conduct.retracedStep === step ? conduct.idleSteps : Math.max(0, conduct.idleSteps - 1);
  return { ...conduct, retracedStep: step, idleSteps };
}

/** What a call of a tool that reads or tests said for the first time is a step forward. */
function withSeen(conduct: Conduct, effect: ToolEffect, tool: string, result: string, ok: boolean): Conduct {
  const informs = (effect === 'read' && ok) || effect === 'execute';
  const mark = `${tool} ${result}`;
  if (!informs) {
    return conduct;
  }
  const seen = [...conduct.seen.filter((each) => each !== mark), mark].slice(-keptSeen);
  return { ...conduct, seen, ...(conduct.seen.includes(mark) ? {} : { idleSteps: 0 }) };
}

/**
 * Follows what a file contains. Another content than the one left behind means that the box is another one, which went on from a
 * checkpoint: what the file had been is forgotten, how often it came back is not.
 */
function withFile(conduct: Conduct, { file }: TraceEventData<'tool-returned'>): Conduct {
  if (file === undefined) {
    return conduct;
  }
  const { path } = file;
  const known = conduct.files.find((each) => each.path === path);
  const after = file.after ?? noContent;
  // A deletion does not tell what it deleted.
  const before = file.after === null ? (known?.current ?? 'unknown') : (file.before ?? noContent);
  const start = known?.current === before ? known.versions : [before];
  const returned = after !== before && start.includes(after);
  const next: FileVersions = {
    path,
    versions: [...start.filter((each) => each !== after), after].slice(-keptVersions),
    current: after,
    returns: (known?.returns ?? 0) + (returned ? 1 : 0),
  };
  return { ...conduct, files: [...conduct.files.filter((each) => each.path !== path), next].slice(-keptFiles) };
}

/** Stands for the content of a file that is not there. */
const noContent = 'none';
