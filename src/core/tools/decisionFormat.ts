import type { ToolSpec } from '../models/languageModel.ts';
import { describeTool, toolParameters } from './describeTool.ts';
import { readJson } from './readJson.ts';
import { answerBody } from './textCall.ts';
import type { Tool } from './tool.ts';

/** The key that names the tool; none of them has an argument of this name. */
const action = 'action';

export interface Decision {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly mended: boolean;
  /** As it was written, without a code fence. */
  readonly written: string;
}

/**
 * The JSON schema of one decision: `action` first, then every argument that any of the tools takes, none of them needed. Flat and
 * without unions or references, which the grammars of small servers hold; that a tool lacks an argument shows when its call is checked.
 */
export function decisionFormat(tools: readonly Tool[]): ToolSpec['parameters'] {
  const parameters = tools.flatMap(toolParameters);
  return {
    type: 'object',
    properties: {
      [action]: { type: 'string', enum: tools.map((tool) => tool.name) },
      ...Object.fromEntries(parameters.map(({ name, type }) => [name, { type }])),
    },
    required: [action],
    additionalProperties: false,
  };
}

/** What a model that is offered no tools is told of them; stands at the end of the system text. */
export function describeDecision(tools: readonly Tool[]): string {
  const lines = tools.map((tool) => `- ${describeTool(tool)}: ${tool.description}`);
  const example = tools[0] === undefined ? '' : ` For example {"${action}": "${tools[0].name}"}.`;
  return [
    `Answer with one JSON object and nothing else: "${action}" is the name of a tool, the other keys are its arguments.${example} The tools:`,
    ...lines,
  ].join('\n');
}

/** A call in the words of a decision, as the model that made it is shown it again. */
export function decisionText(call: { readonly name: string; readonly arguments: unknown }): string {
  const given = isRecord(call.arguments) ? call.arguments : call.arguments === null ? {} : { value: call.arguments };
  return JSON.stringify({ [action]: call.name, ...given });
}

/** The decision that a text is as a whole, a code fence around it aside. */
export function readDecision(text: string): Decision | undefined {
  const body = withoutFence(answerBody(text));
  const read = body.startsWith('{') ? readJson(body) : undefined;
  if (read?.kind !== 'read' || !isRecord(read.value)) {
    return undefined;
  }
  const { [action]: name, ...given } = read.value;
  return typeof name === 'string' && name.trim() !== ''
    ? { name, arguments: given, mended: read.mended, written: body }
    : undefined;
}

/** By its ends alone: a pattern that looks for the white space at both takes minutes for a text that is full of it. */
function withoutFence(body: string): string {
  const fence = '```';
  return body.startsWith(fence) && body.endsWith(fence) && body.length >= 2 * fence.length
    ? body.slice(fence.length, -fence.length).replace(/^\w+/, '').trim()
    : body;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
