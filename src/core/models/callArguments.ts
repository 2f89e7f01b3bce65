import type { ToolCall, Turn } from './languageModel.ts';

/** No tool of ours takes more than two levels; JSON that is nested some thousand times cannot even be written down again. */
const deepest = 64;

/** The turn with arguments that can be recorded: none are null, and what is nested deeper than makes sense is said to be so instead. */
export function withRecordableCalls(turn: Turn): Turn {
  return turn.calls.every((call) => call.arguments !== undefined && isShallow(call.arguments, deepest))
    ? turn
    : { ...turn, calls: turn.calls.map(recordableCall) };
}

/** The same of one call. */
export function recordableCall(call: ToolCall): ToolCall {
  if (call.arguments === undefined) {
    return { ...call, arguments: null };
  }
  return isShallow(call.arguments, deepest)
    ? call
    : { ...call, arguments: `[arguments nested more than ${deepest} levels deep, left out]` };
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}
