import { activeSecondsNow } from '../guards/activeTime.ts';
import { timeLimit } from '../guards/budgets.ts';
import type { GuardVerdict } from '../guards/guardVerdict.ts';
import { checkAfterCall } from '../guards/guards.ts';
import { uncalibrated } from '../models/tokenEstimate.ts';
import { isEmptyAnswer, tooManyCalls } from '../tasks/conduct.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import type { ReadCall } from '../tools/callLadder.ts';
import type { TraceEntry } from '../trace/traceEvent.ts';
import { type AgentPorts, interruption, type RunEnd, type RunInput, type RunMemory } from './agentRun.ts';
import { callsNotRun, callsToRun, conversationAfter, freshConversation } from './conversation.ts';
import { type Asked, askModel } from './modelCall.ts';
import { callTool } from './toolCall.ts';

/** Runs one agent until it finishes, a limit stops it, or it is cancelled. */
export async function runAgent(given: AgentPorts, input: RunInput, signal: AbortSignal): Promise<RunEnd> {
  const calibration = (await given.calibrations?.of(given.model.id)) ?? uncalibrated;
  const memory: RunMemory = { conversation: freshConversation, calibration };
  const ports = { ...given, trace: remembering(given.trace, memory) };
  // A host that was killed before it could judge the last answer leaves that to the next run.
  const before = await guardAfter(ports, input, ports.trace.task().usage.steps, memory, signal);
  if (before !== undefined) {
    return before;
  }
  for (;;) {
    if (signal.aborted) {
      return { outcome: 'cancelled' };
    }
    const asked = await askModel(ports, input, memory, signal);
    if (asked.kind === 'end') {
      return asked.end;
    }
    const end =
      asked.kind === 'turn'
        ? await followTurn(ports, input, memory, asked, signal)
        : await guardAfter(ports, input, ports.trace.task().usage.steps, memory, signal);
    if (end !== undefined) {
      return end;
    }
  }
}

/** Whatever is recorded becomes part of what the model is told next, and nothing else does: so a trace says what it was told. */
function remembering(trace: TaskTrace, memory: RunMemory): TaskTrace {
  return {
    task: () => trace.task(),
    record: async (entry) => {
      let decided: TraceEntry | undefined;
      const task = await trace.record((newest) => (decided = typeof entry === 'function' ? entry(newest) : entry));
      memory.conversation =
        decided === undefined ? memory.conversation : conversationAfter(memory.conversation, decided);
      return task;
    },
    putArtifact: (bytes) => trace.putArtifact(bytes),
    history: () => trace.history(),
  };
}

async function followTurn(
  ports: AgentPorts,
  input: RunInput,
  memory: RunMemory,
  { turn, read }: Extract<Asked, { readonly kind: 'turn' }>,
  signal: AbortSignal,
): Promise<RunEnd | undefined> {
  const step = ports.trace.task().usage.steps;
  const calls = callsToRun({ finish: turn.finish, calls: read.calls });
  if (isEmptyAnswer(turn) || calls.run.length === 0) {
    return await guardAfter(ports, input, step, memory, signal);
  }
  let wrote = false;
  for (const call of calls.run) {
    if (signal.aborted) {
      return { outcome: 'cancelled' };
    }
    const end = await guardTime(ports, input, step);
    if (end !== undefined) {
      return end;
    }
    const result = await callTool(ports, memory, { run: input.run, step }, call, signal);
    wrote ||= result.wrote;
    memory.longFile = memory.longFile === true || result.longFile === true;
    if (result.end !== undefined) {
      return result.end;
    }
  }
  await refuseCalls(ports, input.run, step, calls.refused);
  if (wrote) {
    const saved = await ports.checkpoint(step, signal);
    if (!saved.ok) {
      return interruption(saved.error, signal);
    }
  }
  return await guardAfter(ports, input, step, memory, signal);
}

/** What the model asked for did not happen. */
async function refuseCalls(ports: AgentPorts, run: string, step: number, calls: readonly ReadCall[]): Promise<void> {
  for (const { call } of calls) {
    const reason = { code: tooManyCalls, message: callsNotRun };
    await ports.trace.record({ type: 'call-refused', actor: 'host', data: { run, step, call, reason } });
  }
}

/** An answer may ask for several long calls; the time limit holds for each. */
async function guardTime(ports: AgentPorts, input: RunInput, step: number): Promise<RunEnd | undefined> {
  const task = ports.trace.task();
  const verdict = timeLimit(task, activeSecondsNow(ports.clock, task));
  return verdict.kind === 'stop' ? stopRun(ports, input, step, verdict) : undefined;
}

/** Records why, and ends the run with it. */
async function stopRun(
  ports: AgentPorts,
  input: RunInput,
  step: number,
  { guard, reason }: GuardVerdict & { readonly kind: 'stop' },
): Promise<RunEnd> {
  await ports.trace.record({ type: 'guard-tripped', actor: 'host', data: { run: input.run, step, guard, reason } });
  return { outcome: 'stopped', reason };
}

async function guardAfter(
  ports: AgentPorts,
  input: RunInput,
  step: number,
  memory: RunMemory,
  signal: AbortSignal,
): Promise<RunEnd | undefined> {
  const verdict = checkAfterCall(ports.trace.task());
  if (verdict.kind === 'stop') {
    return stopRun(ports, input, step, verdict);
  }
  if (verdict.kind === 'notice') {
    await ports.trace.record({
      type: 'notice-given',
      actor: 'host',
      data: { run: input.run, step, guard: verdict.guard, text: verdict.text },
    });
    if (verdict.guard === 'no-progress') {
      await ports.replan?.(memory.conversation, signal);
    }
  }
  return undefined;
}
