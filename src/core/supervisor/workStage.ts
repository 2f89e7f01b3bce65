import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { runAgent } from '../agents/agentLoop.ts';
import type { AgentPorts, RunEnd } from '../agents/agentRun.ts';
import { implementer } from '../agents/implementer.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { isReplaceable, maxReplacements, replacedInVain } from '../sandbox/sandboxReasons.ts';
import type { Task } from '../tasks/task.ts';
import { toolsFor } from '../tools/toolRegistry.ts';
import { awaitEngine } from './engineReturn.ts';
import { contextItems, goalMessage } from './goalMessage.ts';
import { recordContext } from './recordContext.ts';
import { HostStopping, isHostStopping } from './hostStopping.ts';
import { importResult } from './importResult.ts';
import type { StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { runTestsForAgent } from './taskTests.ts';
import { openBox } from './taskBox.ts';
import { exportTree } from './treeExport.ts';

/** Runs the implementer in a locked box until its work is imported. A dead box is replaced from the newest checkpoint. */
export async function workStage(assignment: Assignment): Promise<Result<StageEnd, Failure>> {
  if (hasUnprovedChangeset(assignment.trace.task())) {
    return ok({ move: 'verify', by: 'agent' });
  }
  const model = assignment.ports.createModel(assignment.trace.task());
  if (!model.ok) {
    return model;
  }
  for (let replacements = 0; ; replacements += 1) {
    const end = await runOnce(assignment, model.value);
    if (!end.ok) {
      return end;
    }
    const { value } = end;
    if (value.outcome === 'finished') {
      return ok({ move: 'verify', by: 'agent' });
    }
    if (value.outcome === 'cancelled') {
      return fail(failure('cancelled', 'The task was cancelled.'));
    }
    if (!canGoOn(assignment, value) || assignment.signal.aborted) {
      return fail(failure(value.reason.code, value.reason.message));
    }
    if (replacements === maxReplacements) {
      return fail(failure(value.reason.code, `${value.reason.message} ${replacedInVain}`));
    }
    const back = await awaitEngine(assignment);
    if (!back.ok) {
      return back;
    }
  }
}

/** An engine that is not there is waited for only where it was there before. */
function canGoOn({ trace }: Assignment, end: RunEnd & { readonly reason: { readonly code: string } }): boolean {
  return (
    end.outcome === 'interrupted' ||
    (end.outcome === 'failed' && end.reason.code === 'engine-unavailable' && trace.task().runtime !== undefined)
  );
}

/** A host that was killed between the import and the move finds the work done; what a stopped run left is not. */
function hasUnprovedChangeset({ changeset, changesetRun, unfinished, judgedHash, proof, run }: Task): boolean {
  return (
    !unfinished &&
    changeset !== undefined &&
    changesetRun === run?.id &&
    judgedHash === changeset.hash &&
    proof === undefined
  );
}

async function runOnce(assignment: Assignment, model: LanguageModel): Promise<Result<RunEnd, Failure>> {
  const { trace } = assignment;
  const task = trace.task();
  const tree = task.checkpoint ?? task.snapshot?.tree;
  if (tree === undefined) {
    return fail(failure('no-snapshot', 'The task has no snapshot to work on; delegate it again.'));
  }
  const goal = goalMessage(task);
  const context = contextItems(task);
  const run = newId('run');
  await trace.record({ type: 'run-started', actor: 'host', data: { run, agent: implementer.name, tree } });
  await recordContext(trace, run, context);
  const end = await runInBox(assignment, model, { run, tree, goal });
  const value = aborted(assignment.signal) ?? (end.ok ? end.value : brokenOff(end.error));
  await trace.record({
    type: 'run-ended',
    actor: 'host',
    data: {
      run,
      outcome: value.outcome,
      ...('reason' in value ? { reason: value.reason } : {}),
      ...(value.outcome === 'finished' ? { summary: value.summary } : {}),
    },
  });
  return ok(value);
}

/** An abort explains whatever else went wrong. */
function aborted(signal: AbortSignal): RunEnd | undefined {
  if (isHostStopping(signal)) {
    return { outcome: 'interrupted', reason: { code: 'host-stopping', message: new HostStopping().message } };
  }
  return signal.aborted ? { outcome: 'cancelled' } : undefined;
}

/** A run that its box or the engine broke off goes on in another box; anything else would only happen again. */
function brokenOff({ reason, message }: Failure): RunEnd {
  return { outcome: isReplaceable(reason) ? 'interrupted' : 'failed', reason: { code: reason, message } };
}

interface Run {
  readonly run: string;
  /** What the box is given. */
  readonly tree: string;
  readonly goal: string;
}

async function runInBox(assignment: Assignment, model: LanguageModel, run: Run): Promise<Result<RunEnd, Failure>> {
  const { ports, signal } = assignment;
  const opened = await openBox(assignment, 'locked', run.run);
  if (!opened.ok) {
    return opened;
  }
  const box = opened.value;
  try {
    const put = await box.putTree(ports.store.files(run.tree, signal), { signal });
    if (!put.ok) {
      return put;
    }
    const end = await runAgent(
      agentPorts(assignment, model, box, run),
      { ...run, contextTokens: contextTokens(assignment) },
      signal,
    );
    return await importWork(assignment, box, run, end);
  } finally {
    await box.destroy();
  }
}

function agentPorts(assignment: Assignment, model: LanguageModel, box: Sandbox, run: Run): AgentPorts {
  const { ports, trace } = assignment;
  return {
    role: implementer,
    model,
    trace,
    sandbox: box,
    tools: toolsFor(implementer.rights),
    runTests: (signal) => runTestsForAgent({ ...assignment, signal }, box, run),
    checkpoint: (step, signal) => saveCheckpoint({ ...assignment, signal }, box, run, step),
    clock: ports.clock,
    sleep: ports.sleep,
  };
}

/** Saved in the store before it is recorded: a recorded checkpoint can always be gone on from. */
async function saveCheckpoint(
  assignment: Assignment,
  box: Sandbox,
  { run, tree }: Run,
  step: number,
): Promise<Result<void, Failure>> {
  const { ports, trace, signal } = assignment;
  const exported = await exportTree(assignment, box, tree);
  if (!exported.ok) {
    return exported;
  }
  const kept = await ports.store.keep(`${trace.task().id}/checkpoint`, exported.value.tree, signal);
  if (!kept.ok) {
    return kept;
  }
  const { tree: saved, changes } = exported.value;
  await trace.record({ type: 'checkpoint-saved', actor: 'host', data: { run, step, tree: saved, changes } });
  return ok(undefined);
}

/** A finished run must leave a changeset; one that a limit or the model ended may, so that its patch can be looked at. */
async function importWork(
  assignment: Assignment,
  box: Sandbox,
  { run, tree }: Run,
  end: RunEnd,
): Promise<Result<RunEnd, Failure>> {
  if (end.outcome === 'finished') {
    const imported = await importResult(assignment, box, { run, tree, summary: end.summary });
    return imported.ok ? ok(end) : imported;
  }
  if (end.outcome === 'stopped' || end.outcome === 'failed') {
    const summary = `Not finished: ${end.reason.message}`;
    await importResult(assignment, box, { run, tree, summary, unfinished: true });
  }
  return ok(end);
}

function contextTokens({ trace }: Assignment): number {
  return trace.task().settings.contextTokens;
}
