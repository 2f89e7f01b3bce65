import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { counted } from '../../base/counted.ts';

/** What a task used, as its events tell it. */
export interface TimelineTotals {
  readonly steps: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly newTokens: number;
  readonly calls: number;
  readonly failedCalls: number;
}

export const noTotals: TimelineTotals = {
  steps: 0,
  promptTokens: 0,
  outputTokens: 0,
  newTokens: 0,
  calls: 0,
  failedCalls: 0,
};

export function addToTotals(totals: TimelineTotals, event: TraceEvent): TimelineTotals {
  if (event.type === 'tool-returned') {
    return { ...totals, calls: totals.calls + 1, failedCalls: totals.failedCalls + (event.data.ok ? 0 : 1) };
  }
  return event.type === 'model-answered'
    ? {
        ...totals,
        steps: totals.steps + 1,
        promptTokens: totals.promptTokens + event.data.promptTokens,
        outputTokens: totals.outputTokens + event.data.outputTokens,
        newTokens: totals.newTokens + event.data.newTokens,
      }
    : totals;
}

export function totalsText({
  steps,
  promptTokens,
  outputTokens,
  newTokens,
  calls,
  failedCalls,
}: TimelineTotals): string {
  const tokens = `${promptTokens.toLocaleString('en-US')} in, ${outputTokens.toLocaleString('en-US')} out, ${newTokens.toLocaleString('en-US')} new`;
  return `${counted(steps, 'step')}, ${counted(calls, 'call')} (${failedCalls} failed), tokens: ${tokens}`;
}
