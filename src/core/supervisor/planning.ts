import type { RunInput } from '../agents/agentRun.ts';
import type { Conversation } from '../agents/conversation.ts';
import { makePlan } from '../agents/makePlan.ts';
import { supervisor } from '../agents/supervisor.ts';
import type { Task } from '../tasks/task.ts';
import type { Assignment } from './supervisorPorts.ts';

/**
 * Whether a task works by a plan. Left to us, it does where another model than the one that works makes it: that one's own plan costs
 * tokens and has not been shown to help. A recording has no answer for a plan that nobody asked for.
 */
export function wantsPlan({ settings }: Pick<Task, 'settings'>): boolean {
  if (settings.plan !== undefined && settings.plan !== 'auto') {
    return settings.plan === 'always';
  }
  const own = settings.models?.supervisor;
  return own !== undefined && own.driver !== 'replay';
}

/** Has a plan made, whatever there was before. Without a model for it that is recorded, and the work goes on. */
export async function plan(
  { ports, trace }: Assignment,
  input: RunInput,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<void> {
  const model = ports.createModel(trace.task(), supervisor.name);
  if (model.ok) {
    const { clock, calibrations } = ports;
    // A model that does not answer says so again when it is asked for the plan.
    const probed = await model.value.probe(signal);
    const modelTokens = probed.ok ? probed.value.contextTokens : undefined;
    const plannerPorts = {
      model: model.value,
      trace,
      clock,
      ...(calibrations === undefined ? {} : { calibrations }),
      ...(modelTokens === undefined ? {} : { modelTokens }),
    };
    return makePlan(plannerPorts, input, conversation, signal);
  }
  const reason = { code: model.error.reason, message: model.error.message };
  await trace.record({
    type: 'plan-made',
    actor: 'host',
    data: { run: input.run, by: supervisor.name, steps: [], reason },
  });
}
