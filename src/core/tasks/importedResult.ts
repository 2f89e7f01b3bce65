import type { TraceEventData } from '../trace/traceEvent.ts';
import type { Task } from './task.ts';

/**
 * What was said of another changeset does not speak for this one; what already stands in the checkout goes on to. A proof is of
 * one import: the same change made again is proved again.
 */
export function imported(task: Task, data: TraceEventData<'changeset-imported'>): Task {
  const { judgement, judgedHash, proof: _proof, ...rest } = task;
  const { hash, files } = data.changeset;
  const unchanged = new Set(files.filter((file) => isSameChange(task, file)).map((file) => file.path));
  return {
    ...rest,
    changeset: data.changeset,
    changesetRun: data.run,
    unfinished: data.unfinished === true,
    checkpoint: data.changeset.resultTree,
    summary: data.summary,
    applied: task.applied.filter((path) => unchanged.has(path)),
    decisions: task.decisions.filter(({ path }) => unchanged.has(path)),
    ...(judgement !== undefined && judgedHash === hash ? { judgement, judgedHash } : {}),
  };
}

/** Only what tests really said of the base is worth keeping: a box that broke may say more the next time. */
export function proved(task: Task, { hash, proof, again }: TraceEventData<'proof-ended'>): Task {
  if (again !== undefined) {
    const { verdict, reason } = proof;
    return { ...task, provedAgain: { hash, verdict, reason } };
  }
  const baseline = task.baseline ?? (proof.base.cannotRun === undefined ? proof.base : undefined);
  return { ...task, proof: { ...proof, hash }, ...(baseline === undefined ? {} : { baseline }) };
}

function isSameChange(task: Task, file: TraceEventData<'changeset-imported'>['changeset']['files'][number]): boolean {
  return (
    task.changeset?.files.some(
      (old) => old.path === file.path && old.result === file.result && old.resultMode === file.resultMode,
    ) ?? false
  );
}
