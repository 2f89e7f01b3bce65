import { activeSecondsNow } from '../guards/activeTime.ts';
import { timeLimit } from '../guards/budgets.ts';
import { checkBeforeCall } from '../guards/guards.ts';
import { assembleMessages } from '../models/contextAssembly.ts';
import type { ChatRequest, ModelFailure, ModelFailureReason, Turn } from '../models/languageModel.ts';
import { alreadySentTokens } from '../models/promptPrefix.ts';
import { calibrate, countCall, createEstimator } from '../models/tokenEstimate.ts';
import { contextTruncated } from '../models/truncation.ts';
import type { Task } from '../tasks/task.ts';
import { toolSpec } from '../tools/toolRegistry.ts';
import type { AgentPorts, RunEnd, RunInput, RunMemory } from './agentRun.ts';
import { offeredTools } from './toolCall.ts';

export type Asked =
  | { readonly kind: 'turn'; readonly turn: Turn }
  /** The model wrote a call that its server could not read: there is no answer, and the model is to be told. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'end'; readonly end: RunEnd };

/** A server that restarts or is busy is asked again; what the request itself is to blame for is not. */
const transient: ReadonlySet<ModelFailureReason> = new Set(['busy', 'crashed', 'interrupted', 'unreachable']);

/** Milliseconds between attempts. */
const backoff = [1_000, 2_000, 4_000, 8_000] as const;

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
  const request: ChatRequest = {
    messages,
    tools,
    contextTokens: input.contextTokens,
    maxOutputTokens: role.maxOutputTokens,
    temperature: role.temperature,
    seed: 1,
  };
  const alreadySent = alreadySentTokens(memory.previous, request, createEstimator(memory.calibration));
  const task = trace.task();
  const verdict = checkBeforeCall(
    task,
    {
      promptTokens: estimatedTokens,
      newTokens: Math.max(0, estimatedTokens - alreadySent),
      maxOutput: role.maxOutputTokens,
    },
    activeSecondsNow(ports.clock, task),
  );
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
  return askUntilAnswered(ports, input, memory, { request, estimatedTokens, alreadySent }, signal);
}

/** A request, sized. */
interface Question {
  readonly request: ChatRequest;
  readonly estimatedTokens: number;
  /** Tokens of it that the server has worked on in this run. */
  readonly alreadySent: number;
}

async function askUntilAnswered(
  ports: AgentPorts,
  input: RunInput,
  memory: RunMemory,
  question: Question,
  signal: AbortSignal,
): Promise<Asked> {
  const { trace, model } = ports;
  const { request, estimatedTokens } = question;
  const { run } = input;
  const step = trace.task().usage.steps + 1;
  const artifact = await trace.putArtifact(new TextEncoder().encode(JSON.stringify(request)));
  for (let attempt = 0; ; attempt += 1) {
    await trace.record({
      type: 'model-asked',
      actor: 'host',
      data: { run, step, request: artifact, estimatedTokens, contextTokens: request.contextTokens },
    });
    const remaining = remainingMilliseconds(ports, trace.task());
    const deadline = AbortSignal.timeout(remaining);
    const answer = await model.chat(request, { signal: AbortSignal.any([signal, deadline]) });
    if (answer.ok) {
      await recordAnswer(ports, memory, { ...question, run, step }, answer.value);
      return { kind: 'turn', turn: answer.value };
    }
    await trace.record({
      type: 'model-failed',
      actor: 'model',
      data: { run, step, reason: { code: answer.error.reason, message: answer.error.message } },
    });
    if (signal.aborted) {
      return { kind: 'end', end: { outcome: 'cancelled' } };
    }
    if (deadline.aborted) {
      const verdict = timeLimit(trace.task(), trace.task().limits.seconds);
      if (verdict.kind === 'stop') {
        return stop(ports, input, verdict.guard, verdict.reason);
      }
    }
    if (answer.error.reason === 'malformed-call') {
      return { kind: 'unreadable' };
    }
    const pause = transient.has(answer.error.reason) ? backoff[attempt] : undefined;
    if (pause === undefined) {
      return { kind: 'end', end: { outcome: 'failed', reason: modelReason(answer.error) } };
    }
    await ports.sleep(pause, signal);
  }
}

function modelReason(error: ModelFailure): { code: string; message: string } {
  const code = error.reason.startsWith('model-') ? error.reason : `model-${error.reason}`;
  return { code, message: error.message };
}

async function recordAnswer(
  ports: AgentPorts,
  memory: RunMemory,
  asked: Question & { readonly run: string; readonly step: number },
  turn: Turn,
): Promise<void> {
  const { run, step, request, estimatedTokens, alreadySent } = asked;
  const output = createEstimator(memory.calibration)(turn.text + turn.thinking + JSON.stringify(turn.calls));
  const truncated = contextTruncated(estimatedTokens, turn.usage.prompt, alreadySent);
  const tokens = countCall({
    usage: turn.usage,
    estimated: { prompt: estimatedTokens, output },
    alreadySent,
  });
  memory.previous = { prompt: request, tokens };
  memory.calibration = calibrate(memory.calibration, estimatedTokens, turn.usage.prompt);
  await ports.trace.record({
    type: 'model-answered',
    actor: 'model',
    data: {
      run,
      step,
      text: turn.text,
      thinking: turn.thinking,
      calls: [...turn.calls],
      finish: turn.finish,
      promptTokens: tokens.prompt,
      outputTokens: tokens.output,
      counted: tokens.exact,
      newTokens: tokens.new,
      milliseconds: turn.milliseconds,
      truncated,
    },
  });
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
