import { activeSecondsNow } from '../guards/activeTime.ts';
import { timeLimit } from '../guards/budgets.ts';
import type { GuardVerdict } from '../guards/guardVerdict.ts';
import { checkAfterCall } from '../guards/guards.ts';
import type { Message, Turn } from '../models/languageModel.ts';
import { uncalibrated } from '../models/tokenEstimate.ts';
import { isEmptyAnswer, tooManyCalls } from '../tasks/conduct.ts';
import { type AgentPorts, interruption, type RunEnd, type RunInput, type RunMemory } from './agentRun.ts';
import { askModel } from './modelCall.ts';
import { callTool } from './toolCall.ts';

/** More calls than this in one answer are not run: a model that asks for dozens at once is not reading the results. */
const maxCallsPerAnswer = 8;

/** Runs one agent until it finishes, a limit stops it, or it is cancelled. */
export async function runAgent(ports: AgentPorts, input: RunInput, signal: AbortSignal): Promise<RunEnd> {
  const memory: RunMemory = { history: [], calibration: uncalibrated };
  // A host that was killed before it could judge the last answer leaves that to the next run.
  const before = await guardAfter(ports, input, ports.trace.task().usage.steps, memory.history);
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
    const { history } = memory;
    const end =
      asked.kind === 'turn'
        ? await followTurn(ports, input, history, asked.turn, signal)
        : asked.kind === 'unreadable'
          ? await followUnreadable(ports, input, history)
          : await guardAfter(ports, input, ports.trace.task().usage.steps, history);
    if (end !== undefined) {
      return end;
    }
  }
}

async function followTurn(
  ports: AgentPorts,
  input: RunInput,
  history: Message[],
  turn: Turn,
  signal: AbortSignal,
): Promise<RunEnd | undefined> {
  const step = ports.trace.task().usage.steps;
  // A call from an answer that was cut off may be half a file: it is never run.
  const calls = turn.finish === 'length' ? [] : turn.calls.slice(0, maxCallsPerAnswer);
  const tooMany = turn.finish === 'length' ? [] : turn.calls.slice(maxCallsPerAnswer);
  // Nothing to answer to: the model is asked the same again.
  if (isEmptyAnswer(turn)) {
    return await guardAfter(ports, input, step, history);
  }
  history.push({
    role: 'assistant',
    content: turn.text,
    ...(turn.thinking === '' ? {} : { thinking: turn.thinking }),
    ...(calls.length === 0 ? {} : { calls }),
  });
  if (calls.length === 0) {
    history.push({ role: 'user', content: textAfterSilence(turn) });
    return await guardAfter(ports, input, step, history);
  }
  let wrote = false;
  for (const call of calls) {
    if (signal.aborted) {
      return { outcome: 'cancelled' };
    }
    const end = await guardTime(ports, input, step);
    if (end !== undefined) {
      return end;
    }
    const result = await callTool(ports, input.run, step, call, signal);
    history.push({ role: 'tool', callId: call.id, tool: call.name, content: result.output });
    wrote ||= result.wrote;
    if (result.end !== undefined) {
      return result.end;
    }
  }
  if (tooMany.length > 0) {
    history.push({ role: 'user', content: await refuseCalls(ports, input.run, step, tooMany) });
  }
  if (wrote) {
    const saved = await ports.checkpoint(step, signal);
    if (!saved.ok) {
      return interruption(saved.error, signal);
    }
  }
  return await guardAfter(ports, input, step, history);
}

/** The count of such answers is in the trace, and the guard over it ends the run. */
async function followUnreadable(ports: AgentPorts, input: RunInput, history: Message[]): Promise<RunEnd | undefined> {
  const content =
    'Your last answer had a tool call whose arguments are not valid JSON, so nothing happened. ' +
    'Answer with one tool call, and with valid JSON as its arguments.';
  history.push({ role: 'user', content });
  return await guardAfter(ports, input, ports.trace.task().usage.steps, history);
}

function textAfterSilence(turn: Turn): string {
  return turn.finish === 'length'
    ? 'Your answer was cut off because it was too long, and nothing of it was run. Answer with one short tool call.'
    : 'Your answer had no tool call, so nothing happened. Call one tool now. If the goal is reached, call finish.';
}

/** Recorded, and said to the model: what it asked for did not happen. */
async function refuseCalls(ports: AgentPorts, run: string, step: number, calls: Turn['calls']): Promise<string> {
  const message = `Only the first ${maxCallsPerAnswer} calls of an answer are run; make one call at a time.`;
  for (const call of calls) {
    const reason = { code: tooManyCalls, message };
    await ports.trace.record({ type: 'call-refused', actor: 'host', data: { run, step, call, reason } });
  }
  return `${message} Not run: ${calls.map((call) => call.name).join(', ')}.`;
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
  history: Message[],
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
    history.push({ role: 'user', content: verdict.text });
  }
  return undefined;
}
