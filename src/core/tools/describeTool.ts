import * as z from 'zod';
import { toolSpec } from './toolRegistry.ts';
import type { Tool } from './tool.ts';

const objectSchema = z.object({
  properties: z.record(
    z.string(),
    z.object({
      type: z.string().optional(),
      description: z.string().optional(),
      enum: z.array(z.unknown()).optional(),
    }),
  ),
  required: z.array(z.string()).default([]),
});

export interface ToolParameter {
  readonly name: string;
  /** JSON Schema type, `any` where it says none. */
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

/** The parameters of a tool as its own JSON schema lists them. */
export function toolParameters(tool: Tool): readonly ToolParameter[] {
  const { properties, required } = objectSchema.parse(toolSpec(tool).parameters);
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: property.type ?? 'any',
    required: required.includes(name),
    description: property.description ?? '',
  }));
}

/** A tool in one line for a correction, for example `read_file {"path": string, "startLine"?: integer}`. */
export function describeTool(tool: Tool): string {
  const parameters = toolParameters(tool).map(({ name, type, required }) => `"${name}"${required ? '' : '?'}: ${type}`);
  return `${tool.name} {${parameters.join(', ')}}`;
}
