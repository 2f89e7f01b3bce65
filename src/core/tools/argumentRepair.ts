import type { Repair } from '../models/callRepair.ts';
import { toolParameters } from './describeTool.ts';
import { folded } from './toolName.ts';
import type { Tool } from './tool.ts';

/**
 * Arguments under the tool's own keys with values of the types its schema asks for, where that is certain. Everything
 * that was changed or dropped is added to `repairs`; what cannot be mended stays for the schema to refuse.
 */
export function repairArguments(
  given: Readonly<Record<string, unknown>>,
  tool: Tool,
  repairs: Repair[],
): Record<string, unknown> {
  const parameters = toolParameters(tool);
  const mended = new Map<string, unknown>();
  // A key without a value is none in JSON, and so in a trace.
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [key, value] of entries) {
    const parameter =
      parameters.find(({ name }) => name === key) ??
      parameters.find(({ name }) => folded(name) === folded(key) && !Object.hasOwn(given, name) && !mended.has(name));
    if (parameter === undefined) {
      repairs.push({ rung: 'argument-dropped', detail: `unknown ${JSON.stringify(key.slice(0, 64))}` });
      continue;
    }
    if (parameter.name !== key) {
      repairs.push({ rung: 'argument-name', detail: `${JSON.stringify(key.slice(0, 64))} read as ${parameter.name}` });
    }
    if (!parameter.required && (value === null || (value === '' && parameter.type !== 'string'))) {
      repairs.push({ rung: 'argument-dropped', detail: `empty ${parameter.name}` });
      continue;
    }
    const converted = convert(value, parameter.type);
    if (converted !== value) {
      repairs.push({ rung: 'argument-type', detail: `${parameter.name} converted to ${parameter.type}` });
    }
    mended.set(parameter.name, converted);
  }
  return Object.fromEntries(mended);
}

function convert(value: unknown, type: string): unknown {
  if (
    (type === 'integer' || type === 'number') &&
    typeof value === 'string' &&
    /^\s*-?\d{1,15}(?:\.\d{1,9})?\s*$/.test(value)
  ) {
    return Number(value);
  }
  if (type === 'boolean' && (value === 'true' || value === 'false')) {
    return value === 'true';
  }
  return type === 'array' && !Array.isArray(value) && value !== null && value !== undefined ? [value] : value;
}
