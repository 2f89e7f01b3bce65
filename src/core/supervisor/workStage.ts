import { type Failure, failure } from '../../base/failure.ts';
import { newId } from '../../base/ids.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { runAgent } from '../agents/agentLoop.ts';
import type { AgentPorts, RunEnd, RunInput } from '../agents/agentRun.ts';
import { awaitAccess, beforeRunMs } from '../agents/awaitAccess.ts';
import { freshConversation } from '../agents/conversation.ts';
import { implementer, implementerFor } from '../agents/implementer.ts';
import { fitItems } from '../models/contextBudget.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import { createEstimator } from '../models/tokenEstimate.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { isReplaceable, maxReplacements, replacedInVain } from '../sandbox/sandboxReasons.ts';
import { hasUnheard, openComments } from '../tasks/reviewComment.ts';
import type { Task } from '../tasks/task.ts';
import { editStyleOf, inStyle, longestWhole } from '../tools/editStyle.ts';
import { toolsFor } from '../tools/toolRegistry.ts';
import { asksUser, askUserIn, waitForAnswer } from './askUserIn.ts';
import { answerCommentIn } from './answerComment.ts';
import { reportFindingIn, reportsFindings } from './reportFindingIn.ts';
import { awaitEngine } from './engineReturn.ts';
import { contextItems } from './contextItems.ts';
import { guidanceItems } from './guidanceItems.ts';
import { recordContext } from './recordContext.ts';
import { HostStopping, isHostStopping, isPausing, Pausing } from './interruptions.ts';
import { importResult } from './importResult.ts';
import { recallAtStart, recallForAgent, usesMemory } from './recallForRun.ts';
import { plan, wantsPlan } from './planning.ts';
import type { StageEnd } from './stageEnd.ts';
import type { Assignment } from './supervisorPorts.ts';
import { runTestsForAgent } from './taskTests.ts';
import { openBox } from './taskBox.ts';
import { exportTree } from './treeExport.ts';

/** Runs the implementer in a locked box until its work is imported. A dead box is replaced from the newest checkpoint. */
export async function workStage(assignment: Assignment): Promise<Result<StageEnd, Failure>> {
  if (hasUnprovedChangeset(assignment.trace.task()) && !hasUnheard(assignment.trace.task())) {
    return ok({ move: 'verify', by: 'agent' });
  }
  const unanswered = waitForAnswer(assignment.trace.task());
  if (unanswered !== undefined) {
    return ok(unanswered);
  }
  const model = assignment.ports.createModel(assignment.trace.task(), implementer.name);
  if (!model.ok) {
    return model;
  }
  const access = await awaitAccess({ ...assignment.ports, ...assignment, model: model.value }, beforeRunMs);
  if (!access.ok) {
    return access;
  }
  for (let replacements = 0; ; replacements += 1) {
    const end = await runOnce(assignment, model.value);
    if (!end.ok) {
      return end;
    }
    const { value } = end;
    if (value.outcome === 'finished' && hasUnheard(assignment.trace.task())) {
      continue;
    }
    if (value.outcome === 'finished') {
      return ok({ move: 'verify', by: 'agent' });
    }
    if (value.outcome === 'cancelled') {
      return fail(failure('cancelled', 'The task was cancelled.'));
    }
    const asked = waitForAnswer(assignment.trace.task());
    if (asked !== undefined) {
      return ok(asked);
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
  const { contextTokens } = task.settings;
  const guidance = await guidanceItems(assignment);
  const recalled = await recallAtStart(assignment);
  const run = newId('run');
  // From here on what the user says is told while the run is at work; what was said before is part of its start.
  const { notes, comments } = await trace.record({
    type: 'run-started',
    actor: 'host',
    data: { run, agent: implementer.name, tree },
  });
  const told = contextItems({ ...task, notes, comments }, guidance, recalled?.items);
  const items = fitItems(told, contextTokens, createEstimator());
  if (recalled !== undefined) {
    await trace.record({ type: 'memory-recalled', actor: 'host', data: { run, ...recalled.recorded } });
  }
  await recordContext(trace, run, items);
  const input = { run, tree, items, contextTokens };
  if (wantsPlan(task) && task.plan === undefined) {
    await plan(assignment, input, freshConversation, assignment.signal);
  }
  const end = await runInBox(assignment, model, input);
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
  if (isPausing(signal)) {
    return { outcome: 'interrupted', reason: { code: 'paused', message: new Pausing().message } };
  }
  return signal.aborted ? { outcome: 'cancelled' } : undefined;
}

/** A run that its box or the engine broke off goes on in another box; anything else would only happen again. */
function brokenOff({ reason, message }: Failure): RunEnd {
  return { outcome: isReplaceable(reason) ? 'interrupted' : 'failed', reason: { code: reason, message } };
}

interface Run extends RunInput {
  /** What the box is given. */
  readonly tree: string;
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
    const end = await runAgent(agentPorts(assignment, model, box, run), run, signal);
    return await importWork(assignment, box, run, end);
  } finally {
    await box.destroy();
  }
}

function agentPorts(assignment: Assignment, model: LanguageModel, box: Sandbox, run: Run): AgentPorts {
  const { ports, trace } = assignment;
  const style = editStyleOf(trace.task().grade?.level);
  const role = implementerFor(style, run.contextTokens);
  // A weak model has its hands full with the tools that it needs, and is told at the start.
  const asks = style !== 'whole' && usesMemory(assignment);
  const review = openComments(trace.task()).length > 0;
  const questions = asksUser(style);
  const reports = reportsFindings(style);
  const checkpoint: AgentPorts['checkpoint'] = (step, signal) =>
    saveCheckpoint({ ...assignment, signal }, box, run, step);
  return {
    role,
    model,
    trace,
    sandbox: box,
    tools: inStyle(
      toolsFor(role.rights, { memory: asks, review, questions, reports }),
      style,
      longestWhole(role.maxOutputTokens),
    ),
    runTests: (signal) => runTestsForAgent({ ...assignment, signal }, box, run),
    ...(asks ? { recall: recallForAgent(assignment, run.run) } : {}),
    ...(review ? { answerComment: answerCommentIn(trace, run.run) } : {}),
    ...(questions ? { askUser: askUserIn(trace, run.run, checkpoint) } : {}),
    ...(reports ? { reportFinding: reportFindingIn(trace, run.run, box) } : {}),
    checkpoint,
    ...(ports.calibrations === undefined ? {} : { calibrations: ports.calibrations }),
    ...(wantsPlan(trace.task()) ? { replan: (conversation, stop) => plan(assignment, run, conversation, stop) } : {}),
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
