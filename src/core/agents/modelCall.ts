import { type Failure } from '../../base/failure.ts';
import { fingerprint } from '../../base/fingerprint.ts';
import { activeSecondsNow } from '../guards/activeTime.ts';
import { timeLimit } from '../guards/budgets.ts';
import { checkBeforeCall } from '../guards/guards.ts';
import type { GuardVerdict } from '../guards/guardVerdict.ts';
import { assembleMessages } from '../models/contextAssembly.ts';
import { isTransient, pauseBefore } from '../models/endpointBreaker.ts';
import type { ChatRequest, Turn } from '../models/languageModel.ts';
import { createEstimator } from '../models/tokenEstimate.ts';
import type { Task } from '../tasks/task.ts';
import { toolSpec } from '../tools/toolRegistry.ts';
import type { AgentPorts, RunEnd, RunInput, RunMemory } from './agentRun.ts';
import { alreadySent, listen, type Question, recordAnswer, recordFailure } from './modelAnswer.ts';
import { offeredTools } from './toolCall.ts';

export type Asked =
  | { readonly kind: 'turn'; readonly turn: Turn }
  /** The model wrote a call that its server could not read: there is no answer, and the model is to be told. */
  | { readonly kind: 'unreadable' }
  /** The answer only repeated itself and was broken off: it is asked for again. */
  | { readonly kind: 'runaway' }
  | { readonly kind: 'end'; readonly end: RunEnd };

/** Added to the role's temperature when the last answer ran away. */
const varied = 0.2;

/** One step: checks the limits, asks the model, records question and answer. */
export async function askModel(
  ports: AgentPorts,
  input: RunInput,
  memory: RunMemory,
  signal: AbortSignal,
): Promise<Asked> {
  const { role, trace } = ports;
  const tools = offeredTools(ports).map(toolSpec);
  const assembled = assembleMessages({
    system: role.system,
    goal: input.goal,
    history: memory.history,
    budget: budgetLine(trace.task()),
    contextTokens: input.contextTokens,
    maxOutputTokens: role.maxOutputTokens,
    tools,
    estimate: createEstimator(memory.calibration),
  });
  if (!assembled.ok) {
    return stop(ports, input, 'context', { code: assembled.error.reason, message: assembled.error.message });
  }
  const { messages, estimatedTokens } = assembled.value;
  const task = trace.task();
  const { runawaysInARow, emptyInARow } = task.conduct;
  const request: ChatRequest = {
    messages,
    tools,
    contextTokens: input.contextTokens,
    maxOutputTokens: role.maxOutputTokens,
    temperature: role.temperature + (runawaysInARow > 0 ? varied : 0),
    // The same question with the same seed would have the same answer.
    seed: 1 + runawaysInARow + emptyInARow,
  };
  const question = { request, estimatedTokens };
  const verdict = checkQuestion(ports, memory, question);
  if (verdict.kind === 'stop') {
    return stop(ports, input, verdict.guard, verdict.reason);
  }
  if (verdict.kind === 'notice') {
    const step = task.usage.steps;
    await trace.record({
      type: 'notice-given',
      actor: 'host',
      data: { run: input.run, step, guard: verdict.guard, text: verdict.text },
    });
    memory.history.push({ role: 'user', content: verdict.text });
    return askModel(ports, input, memory, signal);
  }
  return askUntilAnswered(ports, input, memory, question, signal);
}

/** Whether the limits allow to ask it now. */
function checkQuestion(ports: AgentPorts, memory: RunMemory, question: Question): GuardVerdict {
  const task = ports.trace.task();
  const { request, estimatedTokens } = question;
  const newTokens = Math.max(0, estimatedTokens - alreadySent(memory, question));
  const estimate = { promptTokens: estimatedTokens, newTokens, maxOutput: request.maxOutputTokens };
  return checkBeforeCall(task, estimate, activeSecondsNow(ports.clock, task));
}

async function askUntilAnswered(
  ports: AgentPorts,
  input: RunInput,
  memory: RunMemory,
  question: Question,
  signal: AbortSignal,
): Promise<Asked> {
  const { trace } = ports;
  const { request, estimatedTokens } = question;
  const { run } = input;
  const step = trace.task().usage.steps + 1;
  const artifact = await trace.putArtifact(new TextEncoder().encode(JSON.stringify(request)));
  for (let attempts = 1; ; attempts += 1) {
    await trace.record({
      type: 'model-asked',
      actor: 'host',
      data: { run, step, request: artifact, estimatedTokens, contextTokens: request.contextTokens },
    });
    const answer = await listen(ports.model, request, remainingMilliseconds(ports, trace.task()), signal);
    const asked = { ...question, run, step };
    if (answer.turn !== undefined) {
      await recordAnswer(ports, memory, asked, answer.turn);
      return { kind: 'turn', turn: answer.turn };
    }
    await recordFailure(ports, memory, asked, answer);
    if (signal.aborted) {
      return { kind: 'end', end: { outcome: 'cancelled' } };
    }
    if (answer.late) {
      const verdict = timeLimit(trace.task(), trace.task().limits.seconds);
      if (verdict.kind === 'stop') {
        return stop(ports, input, verdict.guard, verdict.reason);
      }
    }
    const { reason } = answer.error;
    if (reason === 'malformed-call' || reason === 'runaway') {
      return { kind: reason === 'runaway' ? 'runaway' : 'unreadable' };
    }
    const pause = isTransient(reason) ? pauseBefore(attempts, spreadOf(run, step, attempts)) : undefined;
    if (pause === undefined) {
      return { kind: 'end', end: { outcome: 'failed', reason: modelReason(answer.error) } };
    }
    await ports.sleep(pause, signal);
    // What came of the broken answer has been spent.
    const verdict = checkQuestion(ports, memory, question);
    if (verdict.kind === 'stop') {
      return stop(ports, input, verdict.guard, verdict.reason);
    }
  }
}

/** From 0 to 1, another one for each run: chance enough to keep tasks apart, and the same in a replay. */
function spreadOf(run: string, step: number, attempts: number): number {
  return (Number.parseInt(fingerprint(`${run} ${step} ${attempts}`), 16) % 1_000) / 1_000;
}

function modelReason(error: Failure): { code: string; message: string } {
  const code = error.reason.startsWith('model-') ? error.reason : `model-${error.reason}`;
  return { code, message: error.message };
}

async function stop(
  ports: AgentPorts,
  input: RunInput,
  guard: string,
  reason: { code: string; message: string },
): Promise<Asked> {
  const step = ports.trace.task().usage.steps;
  await ports.trace.record({ type: 'guard-tripped', actor: 'host', data: { run: input.run, step, guard, reason } });
  return { kind: 'end', end: { outcome: 'stopped', reason } };
}

function remainingMilliseconds(ports: AgentPorts, task: Task): number {
  return Math.max(1, Math.round((task.limits.seconds - activeSecondsNow(ports.clock, task)) * 1_000));
}

/** Restated in the last message of each request: small models forget what stood at the top. */
function budgetLine(task: Task): string {
  const { usage, limits } = task;
  const steps = Math.max(0, limits.steps - usage.steps);
  const tokens = Math.max(0, limits.newTokens - usage.newTokens);
  return `Left for this task: ${steps} steps, ${tokens} tokens.`;
}
