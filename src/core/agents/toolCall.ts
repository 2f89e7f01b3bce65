import { fingerprint } from '../../base/fingerprint.ts';
import { toolsToClose } from '../guards/guards.ts';
import { questionAsked } from '../tasks/question.ts';
import { isSandboxReason } from '../sandbox/sandboxReasons.ts';
import type { ReadCall } from '../tools/callLadder.ts';
import { validateCall } from '../tools/callValidation.ts';
import { capOutput } from '../tools/capOutput.ts';
import { editStyleOf, isOfferedNow, longestWhole, withheldAnswer } from '../tools/editStyle.ts';
import type { Tool, ToolOutcome } from '../tools/tool.ts';
import { type AgentPorts, interruption, type RunEnd, type RunMemory } from './agentRun.ts';

export interface CallResult {
  readonly wrote: boolean;
  /** It read a file that is too long to be written as a whole. */
  readonly longFile?: boolean;
  readonly end?: RunEnd;
}

/** Checks one proposed call, records it, runs it, records what came of it. */
export async function callTool(
  ports: AgentPorts,
  memory: RunMemory,
  { run, step }: { readonly run: string; readonly step: number },
  { call, repairs: readBy }: ReadCall,
  signal: AbortSignal,
): Promise<CallResult> {
  const { trace } = ports;
  const offered = offeredTools(ports, memory);
  const valid = validateCall(call, offered);
  if (!valid.ok) {
    const { reason } = valid.error;
    const style = editStyleOf(trace.task().grade?.level);
    const longest = longestWhole(ports.role.maxOutputTokens);
    const withheld = withheldAnswer(call.name, ports.tools, style, memory, longest);
    const message = (reason === 'unknown-tool' ? withheld : undefined) ?? valid.error.message;
    await trace.record({
      type: 'call-refused',
      actor: 'host',
      data: { run, step, call, reason: { code: reason, message } },
    });
    return { wrote: false };
  }
  const { tool, args } = valid.value;
  const repairs = [...readBy, ...valid.value.repairs];
  await trace.record({
    type: 'tool-called',
    actor: 'model',
    data: { run, step, call: call.id, tool: tool.name, arguments: args, effect: tool.effect, repairs },
  });
  const startedAt = ports.clock.monotonic();
  const { sandbox, runTests, recall, answerComment, askUser, reportFinding } = ports;
  const outcome = await tool.execute(args, {
    sandbox,
    signal,
    runTests,
    ...(recall === undefined ? {} : { recall }),
    ...(answerComment === undefined ? {} : { answerComment }),
    ...(askUser === undefined ? {} : { askUser }),
    ...(reportFinding === undefined ? {} : { reportFinding }),
  });
  const milliseconds = ports.clock.monotonic() - startedAt;
  await recordReturn(ports, { run, step, call: call.id, tool: tool.name, milliseconds }, outcome);
  if (!outcome.ok && isSandboxReason(outcome.reason)) {
    return { wrote: false, end: interruption(outcome, signal) };
  }
  if (outcome.ok && outcome.finished !== undefined) {
    return { wrote: false, end: { outcome: 'finished', summary: outcome.finished.summary } };
  }
  if (outcome.ok && outcome.asked !== undefined) {
    const reason = { code: questionAsked, message: outcome.asked.question };
    return { wrote: false, end: { outcome: 'interrupted', reason } };
  }
  if (!outcome.ok) {
    await closeFailingTools(ports, run);
  }
  const longFile = outcome.ok && (outcome.lines ?? 0) > longestWhole(ports.role.maxOutputTokens);
  return { wrote: outcome.ok && tool.effect === 'write', longFile };
}

/** The role's tools without those that the breaker closed for this task, and those that this model is not to use yet. */
export function offeredTools(ports: Pick<AgentPorts, 'tools' | 'trace'>, memory: RunMemory): readonly Tool[] {
  const { closedTools, grade } = ports.trace.task();
  const style = editStyleOf(grade?.level);
  return ports.tools.filter((tool) => !closedTools.includes(tool.name) && isOfferedNow(tool, style, memory));
}

async function recordReturn(
  ports: AgentPorts,
  call: { run: string; step: number; call: string; tool: string; milliseconds: number },
  outcome: ToolOutcome,
): Promise<void> {
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
      ...(outcome.ok && outcome.repair !== undefined ? { repairs: [outcome.repair] } : {}),
    },
  });
}

async function closeFailingTools(ports: AgentPorts, run: string): Promise<void> {
  const task = ports.trace.task();
  const closing = toolsToClose(task);
  for (const tool of closing) {
    await ports.trace.record({
      type: 'tool-closed',
      actor: 'host',
      data: { run, tool, failures: task.toolFailures[tool] ?? 0 },
    });
  }
}
