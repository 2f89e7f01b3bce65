import { longestPlanStep } from '../models/plan.ts';
import { longestTold, longestWords } from '../models/trial/trialJudgement.ts';
import { type Redactor, redactJson } from './redactor.ts';
import type { TraceEntry, TraceEventType } from './traceEvent.ts';

/**
 * What the host acts on again after a restart, and so must stand in the trace as it is: names of trees and changesets, commands
 * that it runs, paths to write, payloads, the user's own settings. Everything else is redacted, what other events add as well. An
 * event without such a field has an empty list, so that none is forgotten.
 */
const structural: Readonly<Record<TraceEventType, readonly string[]>> = {
  'task-created': ['task', 'model', 'settings', 'limits', 'workspace', 'product', 'policy', 'modelDigest', 'grade'],
  'task-moved': ['reason.code'],
  'limits-extended': [],
  'task-resumed': [],
  'move-refused': [],
  'snapshot-taken': ['tree', 'head'],
  'engine-awaited': [],
  'environment-chosen': ['tree', 'definition', 'key', 'image', 'testCommand', 'output'],
  'approval-given': ['definition', 'hosts'],
  'trial-started': ['model'],
  'trial-ended': ['model', 'result.grade', 'reason.code'],
  'run-started': ['run', 'agent', 'tree'],
  'context-added': ['run', 'artifact', 'hash'],
  'memory-recalled': ['run', 'reason.code'],
  'plan-made': ['run', 'reason.code'],
  'run-ended': ['run', 'reason.code'],
  'sandbox-delayed': [],
  'sandbox-started': ['run', 'sandbox', 'image', 'specHash'],
  'sandbox-ended': ['sandbox', 'reason.code'],
  'model-awaited': ['model'],
  'model-delayed': ['run'],
  'model-asked': ['run', 'request', 'frame'],
  'model-answered': ['run'],
  'model-failed': ['run', 'reason.code'],
  'call-refused': ['run', 'reason.code'],
  'tool-called': ['run', 'tool', 'repairs.rung'],
  'tool-returned': ['run', 'tool', 'artifact', 'likeness', 'file', 'repairs.rung'],
  'tool-closed': ['run', 'tool'],
  'notice-given': ['run', 'guard'],
  'guard-tripped': ['run', 'guard', 'reason.code'],
  'checkpoint-saved': ['run', 'tree'],
  'changeset-imported': ['run', 'changeset'],
  'policy-judged': ['hash', 'judgement.refused.path', 'judgement.protected.path'],
  'proof-started': ['hash', 'again'],
  // A later proof compares its tests with those of the base by name.
  'proof-ended': ['hash', 'again', 'proof.hash', 'proof.base.tests.name'],
  'vote-cast': ['agent', 'hash'],
  'statement-signed': ['hash', 'artifact'],
  'apply-intended': ['key', 'hash', 'writes', 'parts', 'merged', 'placement'],
  'changes-rejected': ['hash', 'path'],
  'file-reviewed': ['hash', 'path'],
  'terminal-opened': ['sandbox', 'tree'],
  'taken-over': ['tree', 'directory', 'branch', 'left'],
  'task-archived': [],
  'apply-ended': ['key', 'applied', 'conflicts.path'],
  'undo-intended': ['key', 'paths', 'writes'],
  'undo-ended': ['key', 'undone', 'conflicts.path'],
  'user-said': [],
  'note-told': ['run'],
  'comment-sent': ['hash', 'path', 'file'],
  'comment-answered': ['run'],
  'comment-resolved': [],
  'question-asked': ['run'],
  'finding-reported': ['run', 'path'],
  'journal-recovered': ['sha256'],
};

/** Characters of a task's origin that a client takes. */
const maxOriginText = 20_000;

/** The entry as it may be written. Its events fold as those of the entry itself would, but for what the texts say. */
export async function redactEntry(entry: TraceEntry, redactor: Redactor): Promise<TraceEntry> {
  const kept = new Set(structural[entry.type]);
  const data = await redactJson(entry.data, redactor, (path) => kept.has(path.join('.')));
  if (data === entry.data) {
    return entry;
  }
  // Only strings were replaced, by strings; the journal checks every entry against its schema before it is written.
  return shortened({ ...entry, data } as TraceEntry);
}

/** What stands for a secret may be longer than the secret: texts of a bounded length are cut to it again. */
function shortened(entry: TraceEntry): TraceEntry {
  if (entry.type === 'task-created' && entry.data.origin.text !== undefined) {
    const origin = { ...entry.data.origin, text: entry.data.origin.text.slice(0, maxOriginText) };
    return { ...entry, data: { ...entry.data, origin } };
  }
  if (entry.type === 'plan-made') {
    const steps = entry.data.steps.map((step) => step.slice(0, longestPlanStep));
    return { ...entry, data: { ...entry.data, steps } };
  }
  if (entry.type === 'trial-ended' && entry.data.result !== undefined) {
    const { words, findings, ...result } = entry.data.result;
    const cut = {
      ...result,
      words: words.slice(0, longestWords),
      findings: findings.map((finding) => ({ ...finding, told: finding.told.slice(0, longestTold) })),
    };
    return { ...entry, data: { ...entry.data, result: cut } };
  }
  return entry;
}
