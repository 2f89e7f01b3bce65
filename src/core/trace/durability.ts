import type { TraceEntry, TraceEventType } from './traceEvent.ts';

/** Longest that an event outside of this list may be written without being synced to disk. */
export const groupCommitMilliseconds = 200;

/**
 * Events that are on disk, proof against a power cut, before the work goes on: intents, results of effects, moves, votes and
 * the ends of runs. What is missing here survives the death of any process all the same (it is written at once), and after a
 * power cut costs at most a step done again in a fresh sandbox.
 */
const syncedAlways: ReadonlySet<TraceEventType> = new Set<TraceEventType>([
  'task-created',
  'task-moved',
  'limits-extended',
  'run-ended',
  'guard-tripped',
  'tool-closed',
  'changeset-imported',
  'policy-judged',
  'proof-ended',
  'vote-cast',
  'statement-signed',
  'approval-given',
  'apply-intended',
  'apply-ended',
  'changes-rejected',
  'file-reviewed',
  'taken-over',
  'task-archived',
  'undo-intended',
  'undo-ended',
  'user-said',
  'comment-sent',
  'comment-resolved',
  'question-asked',
  'journal-recovered',
]);

/** `openEffects`: ids of the calls with an effect whose result is not in the trace yet. */
export function mustSync(entry: TraceEntry, openEffects: ReadonlySet<string>): boolean {
  return syncedAlways.has(entry.type) || hasEffect(entry) || endsEffect(entry, openEffects);
}

export function hasEffect(entry: TraceEntry): boolean {
  return entry.type === 'tool-called' && entry.data.effect !== 'read';
}

function endsEffect(entry: TraceEntry, openEffects: ReadonlySet<string>): boolean {
  return entry.type === 'tool-returned' && openEffects.has(entry.data.call);
}
