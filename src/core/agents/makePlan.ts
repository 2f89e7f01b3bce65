import { failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { parsePlan, planFormat } from '../models/plan.ts';
import { uncalibrated } from '../models/tokenEstimate.ts';
import type { AgentPorts, RunInput, RunMemory } from './agentRun.ts';
import { type Conversation, plannersConversation } from './conversation.ts';
import { recordAnswer, recordFailure } from './modelAnswer.ts';
import { checkQuestion, remainingMilliseconds } from './modelCall.ts';
import { askInTurn } from './modelTurn.ts';
import { frameRoom, nextRequest } from './nextRequest.ts';
import { supervisor } from './supervisor.ts';

export interface PlanPorts extends Pick<AgentPorts, 'model' | 'trace' | 'clock' | 'calibrations'> {
  /** Tokens that the model says it takes; it may be another one than the run's. */
  readonly modelTokens?: number;
}

/** A plan is worth no longer wait. */
const mostMilliseconds = 300_000;

/** The one call, and one more where its answer was no plan. */
const attempts = 2;

/**
 * Has the supervisor make the plan and records it; what the agent did so far is told where there is anything. Costs what any call costs
 * and never more than two. Where no plan comes of it that is recorded, and the work goes on without or with the one there was.
 */
export async function makePlan(
  ports: PlanPorts,
  input: RunInput,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<void> {
  const steps = await askForPlan(ports, input, conversation, signal);
  if (signal.aborted) {
    return;
  }
  await ports.trace.record({
    type: 'plan-made',
    actor: 'model',
    data: {
      run: input.run,
      by: supervisor.name,
      ...(steps.ok
        ? { steps: [...steps.value] }
        : { steps: [], reason: { code: steps.error.reason, message: steps.error.message } }),
    },
  });
}

async function askForPlan(
  ports: PlanPorts,
  input: RunInput,
  { operations }: Conversation,
  signal: AbortSignal,
): Promise<Result<readonly string[], Failure>> {
  const calibration = (await ports.calibrations?.of(ports.model.id)) ?? uncalibrated;
  const memory: RunMemory = { conversation: plannersConversation(operations), calibration };
  const { system, maxOutputTokens, temperature } = supervisor;
  const room = frameRoom({ ...input, maxOutputTokens }, ports.model.access?.contextTokens?.() ?? ports.modelTokens);
  const frame = { system, tools: [], ...room, format: { ...planFormat } };
  let problem = failure('no-plan', 'The supervisor gave no plan.');
  for (let seed = 1; seed <= attempts; seed += 1) {
    const task = ports.trace.task();
    const sized = nextRequest({ ...input, frame, task, ...memory }, { temperature, seed }, memory.calibration);
    if (!sized.ok) {
      return sized;
    }
    const question = { ...sized.value, frame, purpose: 'plan' as const };
    const verdict = checkQuestion(ports, memory, question);
    if (verdict.kind === 'stop') {
      return fail(failure(verdict.reason.code, 'The limits of the task leave no room for a plan.'));
    }
    const asked = { ...question, run: input.run, step: task.usage.steps + 1 };
    const left = (): number => Math.min(mostMilliseconds, remainingMilliseconds(ports, ports.trace.task()));
    const heard = await askInTurn(ports, memory, asked, left, signal);
    if (heard === undefined) {
      return fail(failure('cancelled', 'The task was cancelled before a plan was made.'));
    }
    if (heard.turn === undefined) {
      await recordFailure(ports, memory, asked, heard);
      return fail(heard.error);
    }
    await recordAnswer(ports, memory, asked, { turn: heard.turn }, signal);
    const steps = heard.turn.finish === 'length' ? undefined : parsePlan(heard.turn.text);
    if (steps !== undefined) {
      return ok(steps);
    }
    problem = failure('no-plan', `The supervisor's answer was no plan, ${seed} ${seed === 1 ? 'time' : 'times'}.`);
  }
  return fail(problem);
}
