import { fingerprint } from '../../base/fingerprint.ts';
import { toolsToClose } from '../guards/guards.ts';
import type { ToolCall } from '../models/languageModel.ts';
import { isSandboxReason } from '../sandbox/sandboxReasons.ts';
import { validateCall } from '../tools/callValidation.ts';
import { capOutput } from '../tools/capOutput.ts';
import type { Tool, ToolOutcome } from '../tools/tool.ts';
import { type AgentPorts, interruption, type RunEnd } from './agentRun.ts';

export interface CallResult {
  /** For the model, at most 8 KB. */
  readonly output: string;
  readonly wrote: boolean;
  readonly end?: RunEnd;
}

/** Checks one proposed call, records it, runs it, records what came of it. */
export async function callTool(
  ports: AgentPorts,
  run: string,
  step: number,
  call: ToolCall,
  signal: AbortSignal,
): Promise<CallResult> {
  const { trace } = ports;
  const offered = offeredTools(ports);
  const valid = validateCall(call, offered);
  if (!valid.ok) {
    const { reason, message } = valid.error;
    await trace.record({
      type: 'call-refused',
      actor: 'host',
      data: { run, step, call, reason: { code: reason, message } },
    });
    return { output: capOutput(message), wrote: false };
  }
  const { tool, args, repairs } = valid.value;
  await trace.record({
    type: 'tool-called',
    actor: 'model',
    data: { run, step, call: call.id, tool: tool.name, arguments: args, effect: tool.effect, repairs: [...repairs] },
  });
  const startedAt = ports.clock.monotonic();
  const outcome = await tool.execute(args, { sandbox: ports.sandbox, signal, runTests: ports.runTests });
  const milliseconds = ports.clock.monotonic() - startedAt;
  const output = await recordReturn(ports, { run, step, call: call.id, tool: tool.name, milliseconds }, outcome);
  if (!outcome.ok && isSandboxReason(outcome.reason)) {
    return { output, wrote: false, end: interruption(outcome, signal) };
  }
  if (outcome.ok && outcome.finished !== undefined) {
    return { output, wrote: false, end: { outcome: 'finished', summary: outcome.finished.summary } };
  }
  const closed = outcome.ok ? '' : await closeFailingTools(ports, run);
  return { output: output + closed, wrote: outcome.ok && tool.effect === 'write' };
}

/** The role's tools without those that the breaker closed for this task. */
export function offeredTools(ports: Pick<AgentPorts, 'tools' | 'trace'>): readonly Tool[] {
  const { closedTools } = ports.trace.task();
  return ports.tools.filter((tool) => !closedTools.includes(tool.name));
}

async function recordReturn(
  ports: AgentPorts,
  call: { run: string; step: number; call: string; tool: string; milliseconds: number },
  outcome: ToolOutcome,
): Promise<string> {
  const text = outcome.ok ? outcome.output : `${outcome.reason}: ${outcome.message}`;
  const whole = outcome.whole ?? text;
  const output = capOutput(text);
  const artifact = output === whole ? undefined : await ports.trace.putArtifact(new TextEncoder().encode(whole));
  await ports.trace.record({
    type: 'tool-returned',
    actor: 'sandbox',
    data: {
      ...call,
      ok: outcome.ok,
      output,
      ...(artifact === undefined ? {} : { artifact }),
      ...(outcome.ok ? {} : { reason: outcome.reason }),
      ...(outcome.likeness === undefined ? {} : { likeness: fingerprint(outcome.likeness) }),
      ...(outcome.ok && outcome.file !== undefined ? { file: outcome.file } : {}),
    },
  });
  return output;
}

async function closeFailingTools(ports: AgentPorts, run: string): Promise<string> {
  const task = ports.trace.task();
  const closing = toolsToClose(task);
  for (const tool of closing) {
    await ports.trace.record({
      type: 'tool-closed',
      actor: 'host',
      data: { run, tool, failures: task.toolFailures[tool] ?? 0 },
    });
  }
  return closing.map((tool) => `\n${tool} failed too often and is closed. Reach the goal without it.`).join('');
}
