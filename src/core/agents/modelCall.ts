import { checkBeforeCall } from '../guards/guards.ts';
import { assembleMessages } from '../models/contextAssembly.ts';
import type { ChatRequest, ModelFailure, ModelFailureReason, Turn } from '../models/languageModel.ts';
import { calibrate, countCall, createEstimator } from '../models/tokenEstimate.ts';
import { contextTruncated } from '../models/truncation.ts';
import type { Task } from '../tasks/task.ts';
import { toolSpec } from '../tools/toolRegistry.ts';
import type { AgentPorts, RunEnd, RunInput, RunMemory } from './agentRun.ts';
import { offeredTools } from './toolCall.ts';

export type Asked = { readonly kind: 'turn'; readonly turn: Turn } | { readonly kind: 'end'; readonly end: RunEnd };

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
  const task = trace.task();
  const verdict = checkBeforeCall(
    task,
    {
      promptTokens: estimatedTokens,
      newTokens: Math.max(0, estimatedTokens - alreadySent(memory)),
      maxOutput: role.maxOutputTokens,
    },
    activeSeconds(ports, task),
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
  return askUntilAnswered(ports, input, memory, { request, estimatedTokens }, signal);
}

async function askUntilAnswered(
  ports: AgentPorts,
  input: RunInput,
  memory: RunMemory,
  question: { readonly request: ChatRequest; readonly estimatedTokens: number },
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
      await recordAnswer(ports, memory, { run, step, estimatedTokens }, answer.value);
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
      const seconds = trace.task().limits.seconds;
      const message = `The time limit of ${seconds} s ran out while the model was answering; raise nightshift.limits.minutes or use a faster model.`;
      return stop(ports, input, 'wall', { code: 'time-limit', message });
    }
    const pause = transient.has(answer.error.reason) ? backoff[attempt] : undefined;
    if (pause === undefined) {
      return { kind: 'end', end: { outcome: 'failed', reason: modelReason(answer.error) } };
    }
    await ports.sleep(pause, signal);
  }
}

function modelReason(error: ModelFailure): { code: string; message: string } {
  return { code: `model-${error.reason}`, message: error.message };
}

async function recordAnswer(
  ports: AgentPorts,
  memory: RunMemory,
  asked: { readonly run: string; readonly step: number; readonly estimatedTokens: number },
  turn: Turn,
): Promise<void> {
  const { run, step, estimatedTokens } = asked;
  const output = createEstimator(memory.calibration)(turn.text + turn.thinking + JSON.stringify(turn.calls));
  const truncated = contextTruncated(estimatedTokens, turn.usage.prompt, alreadySent(memory));
  const tokens = countCall({
    usage: turn.usage,
    estimated: { prompt: estimatedTokens, output },
    ...(memory.previous === undefined ? {} : { previous: memory.previous }),
  });
  memory.previous = tokens;
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

/** Tokens that the server has already worked on in this run. */
function alreadySent({ previous }: RunMemory): number {
  return previous === undefined ? 0 : previous.prompt + previous.output;
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

/** Seconds of active time, the time since the newest event included. */
function activeSeconds(ports: AgentPorts, task: Task): number {
  const since = ports.clock.now() - Date.parse(task.updatedAt);
  return task.usage.seconds + Math.max(0, since) / 1_000;
}

function remainingMilliseconds(ports: AgentPorts, task: Task): number {
  return Math.max(1, Math.round((task.limits.seconds - activeSeconds(ports, task)) * 1_000));
}

/** Restated in the last message of each request: small models forget what stood at the top. */
function budgetLine(task: Task): string {
  const { usage, limits } = task;
  const steps = Math.max(0, limits.steps - usage.steps);
  const tokens = Math.max(0, limits.newTokens - usage.newTokens);
  return `Left for this task: ${steps} steps, ${tokens} tokens.`;
}
