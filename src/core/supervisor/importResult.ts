import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Assignment } from './supervisorPorts.ts';
import { exportTree } from './treeExport.ts';

/** Imports what a finished run left in its box as the task's changeset against the user's snapshot, judged by policy. */
export async function importResult(
  assignment: Assignment,
  box: Sandbox,
  result: { readonly run: string; readonly tree: string; readonly summary: string; readonly unfinished?: true },
): Promise<Result<void, Failure>> {
  const { ports, trace, signal } = assignment;
  const task = trace.task();
  const base = task.snapshot?.tree ?? result.tree;
  const exported = await exportTree(assignment, box, result.tree);
  if (!exported.ok) {
    return exported;
  }
  const { tree, judgement } = exported.value;
  const changeset = await ports.store.changeset(base, tree, signal);
  if (!changeset.ok) {
    return changeset;
  }
  if (changeset.value.files.length === 0) {
    const left = judgement.refused[0];
    // What the model said about it stays in the trace: a reason is shown as the host's own words.
    const why = left === undefined ? '' : ` ${left.path} was refused: ${left.message}`;
    return fail(failure('no-changes', `The agent finished without a change that can be used.${why}`));
  }
  const whole = await ports.store.judge(base, tree, signal);
  if (!whole.ok) {
    return whole;
  }
  // The task may go back to it.
  const before = task.lastResult?.changeset?.resultTree;
  const held = before === undefined ? ok(undefined) : await ports.store.keep(`${task.id}/before`, before, signal);
  if (!held.ok) {
    return held;
  }
  const kept = await ports.store.keep(`${task.id}/result`, tree, signal);
  if (!kept.ok) {
    return kept;
  }
  await trace.record({
    type: 'changeset-imported',
    actor: 'host',
    data: {
      run: result.run,
      changeset: changeset.value,
      summary: result.summary,
      ...(result.unfinished === true ? { unfinished: true } : {}),
    },
  });
  await trace.record({
    type: 'policy-judged',
    actor: 'policy',
    data: {
      hash: changeset.value.hash,
      judgement: { refused: [...judgement.refused], protected: [...whole.value.protected] },
    },
  });
  return ok(undefined);
}
