import * as z from 'zod';
import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Repair } from '../models/callRepair.ts';
import type { ToolCall } from '../models/languageModel.ts';
import { repairArguments } from './argumentRepair.ts';
import { describeTool } from './describeTool.ts';
import { readJson } from './readJson.ts';
import { resolveToolName } from './toolName.ts';
import type { Tool } from './tool.ts';

export interface ValidCall {
  readonly tool: Tool;
  /** Passed the tool's schema. */
  readonly args: unknown;
  /** What was mended to get there, for the trace; empty for a call that was right. */
  readonly repairs: readonly Repair[];
}

export type CallFailure = Failure<'unknown-tool' | 'invalid-arguments'>;

const argumentsSchema = z.record(z.string(), z.unknown());

/**
 * Checks a call against the tools on offer and mends what is certain: arguments sent as JSON text, the spelling of a name,
 * a number or a truth value sent as text, keys the tool does not know. Never moves a call to a tool with a stronger effect. A failure's message is the correction to send to the model.
 */
export function validateCall(
  call: Pick<ToolCall, 'name' | 'arguments'>,
  offered: readonly Tool[],
): Result<ValidCall, CallFailure> {
  const resolved = resolveToolName(call.name, offered);
  if (!resolved.ok) {
    return resolved;
  }
  const { tool, repair } = resolved.value;
  const repairs = repair === undefined ? [] : [repair];
  const given = readArguments(call.arguments, repairs);
  if (!given.ok) {
    return fail(failure('invalid-arguments', `${given.error} Use ${describeTool(tool)}.`));
  }
  const mended = repairArguments(given.value, tool, repairs);
  const checked = tool.parameters.safeParse(mended);
  if (!checked.success) {
    return fail(failure('invalid-arguments', `${describeProblems(checked.error)}. Use ${describeTool(tool)}.`));
  }
  return ok({ tool, args: checked.data, repairs });
}

/** The arguments as an object; no arguments at all are an empty one. Text is read as JSON once. */
function readArguments(given: unknown, repairs: Repair[]): Result<Record<string, unknown>, string> {
  if (given === undefined || given === null || given === '') {
    return ok({});
  }
  const read = typeof given === 'string' ? readJson(given) : undefined;
  if (read?.kind === 'cut') {
    return fail('The arguments end before their end, so nothing was run; make a shorter call.');
  }
  const object = argumentsSchema.safeParse(read === undefined ? given : read.kind === 'read' ? read.value : undefined);
  if (!object.success) {
    return fail('The arguments must be one JSON object.');
  }
  if (read?.kind === 'read') {
    repairs.push({ rung: 'arguments-text', detail: 'arguments given as text were read as JSON' });
    repairs.push(...(read.mended ? [mendedJson] : []));
  }
  return ok(object.data);
}

/** What the trace says of JSON that was closed but not right. */
export const mendedJson: Repair = { rung: 'json', detail: 'JSON that was not right was mended' };

function describeProblems(error: z.ZodError): string {
  const problems = error.issues.slice(0, 3).map((issue) => {
    const key = issue.path.map(String).join('.');
    const what = issue.code === 'invalid_type' ? `must be ${issue.expected}` : issue.message;
    return key === '' ? what : `${key}: ${what}`;
  });
  return `Wrong arguments: ${problems.join('; ')}`;
}
