import { type Failure } from '../../base/failure.ts';
import { fingerprint } from '../../base/fingerprint.ts';
import { activeSecondsNow } from '../guards/activeTime.ts';
import { timeLimit } from '../guards/budgets.ts';
import { checkBeforeCall } from '../guards/guards.ts';
import type { GuardVerdict } from '../guards/guardVerdict.ts';
import type { CallForm } from '../models/callForm.ts';
import { isTransient, pauseBefore } from '../models/endpointBreaker.ts';
import type { Turn } from '../models/languageModel.ts';
import { windowNeeded } from '../models/modelAccess.ts';
import type { Task } from '../tasks/task.ts';
import type { TaskTrace } from '../tasks/taskTrace.ts';
import { type ReadAnswer, readCalls } from '../tools/callLadder.ts';
import { decisionFormat } from '../tools/decisionFormat.ts';
import type { Tool } from '../tools/tool.ts';
import { toolSpec } from '../tools/toolRegistry.ts';
import { awaitAccess, withinRunMs } from './awaitAccess.ts';
import type { AgentPorts, RunEnd, RunInput, RunMemory } from './agentRun.ts';
import { nextCallForm, systemText } from './callQuestion.ts';
import { alreadySent, type Question, recordAnswer, recordFailure } from './modelAnswer.ts';
import { askInTurn } from './modelTurn.ts';
import { frameRoom, nextRequest } from './nextRequest.ts';
import { offeredTools } from './toolCall.ts';

export type Asked =
  | { readonly kind: 'turn'; readonly turn: Turn; readonly read: ReadAnswer }
  /** The model wrote a call that its server could not read: there is no answer, and the model is to be told. */
  | { readonly kind: 'unreadable' }
  /** The answer only repeated itself and was broken off: it is asked for again. */
  | { readonly kind: 'runaway' }
  /** The server does not take the question in this form or of this size; the next one has another. */
  | { readonly kind: 'other-form' }
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
  const task = await tellNotes(trace, input.run);
  const { runawaysInARow, emptyInARow } = task.conduct;
  const offered = offeredTools(ports, memory);
  const form = nextCallForm(task, memory);
  const frame = {
    system: systemText(form, role.system, offered),
    tools: form === 'tools' ? offered.map(toolSpec) : [],
    ...frameRoom({ ...input, maxOutputTokens: role.maxOutputTokens }, ports.model.access?.contextTokens?.()),
    ...(form === 'tools' ? {} : { form }),
    ...(form === 'decision' ? { format: decisionFormat(offered) } : {}),
  };
  const sampling = {
    temperature: role.temperature + (runawaysInARow > 0 ? varied : 0),
    // The same question with the same seed would have the same answer.
    seed: 1 + runawaysInARow + emptyInARow,
  };
  const sized = nextRequest({ ...input, frame, task, conversation: memory.conversation }, sampling, memory.calibration);
  if (!sized.ok) {
    return stop(ports, input, 'context', { code: sized.error.reason, message: sized.error.message });
  }
  const question = { ...sized.value, frame };
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
    return askModel(ports, input, memory, signal);
  }
  const asked = await askUntilAnswered(ports, input, memory, { ...question, offered, form }, signal);
  return asked.kind === 'other-form' ? askModel(ports, input, memory, signal) : asked;
}

/** What the user said while the agent was at work. */
async function tellNotes(trace: TaskTrace, run: string): Promise<Task> {
  for (;;) {
    const task = trace.task();
    const [text] = task.unheard.notes;
    if (text === undefined) {
      return task;
    }
    await trace.record({ type: 'note-told', actor: 'host', data: { run, step: task.usage.steps, text } });
  }
}

/** A question of the agent's own work, which asks for a call. */
interface CallQuestion extends Question {
  readonly offered: readonly Tool[];
  readonly form: CallForm;
}

/** Whether the limits allow to ask it now. */
export function checkQuestion(
  ports: Pick<AgentPorts, 'trace' | 'clock'>,
  memory: RunMemory,
  question: Question,
): GuardVerdict {
  const task = ports.trace.task();
  const { request, estimatedTokens } = question;
  const newTokens = Math.max(0, estimatedTokens - alreadySent(memory, question).counted);
  const estimate = { promptTokens: estimatedTokens, newTokens, maxOutput: request.maxOutputTokens };
  return checkBeforeCall(task, estimate, activeSecondsNow(ports.clock, task));
}

async function askUntilAnswered(
  ports: AgentPorts,
  input: RunInput,
  memory: RunMemory,
  { offered, form, ...question }: CallQuestion,
  signal: AbortSignal,
): Promise<Asked> {
  const { trace } = ports;
  const { run } = input;
  const step = trace.task().usage.steps + 1;
  const asked = { ...question, run, step };
  for (let attempts = 1; ; attempts += 1) {
    const access = await awaitAccess({ ...ports, signal }, withinRunMs);
    if (!access.ok) {
      return { kind: 'end', end: { outcome: 'failed', reason: { code: windowNeeded, message: access.error.message } } };
    }
    if ((ports.model.access?.contextTokens?.() ?? Infinity) < question.request.contextTokens) {
      return { kind: 'other-form' };
    }
    const left = (): number => remainingMilliseconds(ports, trace.task());
    const answer = await askInTurn(ports, memory, asked, left, signal);
    if (answer === undefined) {
      return { kind: 'end', end: { outcome: 'cancelled' } };
    }
    if (answer.turn !== undefined) {
      const read = readCalls(answer.turn, { offered, form, step, told: () => toldTexts(input, memory) });
      await recordAnswer(ports, memory, asked, { turn: answer.turn, read }, signal);
      return { kind: 'turn', turn: answer.turn, read };
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
    if (takesOtherForm(memory, form, reason)) {
      return { kind: 'other-form' };
    }
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

/** What the model has from outside: text that stands in it is never taken for a call of its own. */
function toldTexts({ items }: RunInput, { conversation }: RunMemory): readonly string[] {
  const results = conversation.history.flatMap((message) => (message.role === 'tool' ? [message.content] : []));
  return [...items.map(({ text }) => text), ...results];
}

/** Remembers what the server cannot do. Each form gives way to the next at most once in a run. */
function takesOtherForm(memory: RunMemory, form: CallForm, reason: string): boolean {
  if (form === 'tools' && reason === 'tools-unsupported') {
    memory.toolless = true;
    return true;
  }
  if (form === 'decision' && reason === 'format-unsupported') {
    memory.formatless = true;
    return true;
  }
  return false;
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

export function remainingMilliseconds(ports: Pick<AgentPorts, 'clock'>, task: Task): number {
  return Math.max(1, Math.round((task.limits.seconds - activeSecondsNow(ports.clock, task)) * 1_000));
}
