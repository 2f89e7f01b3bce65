import type { RoleName } from '../models/roleName.ts';
import type { ToolEffect } from '../tools/tool.ts';

/** What an agent is: a prompt, its rights, and how it may use the model. */
export interface Role {
  readonly name: RoleName;
  /** At most 1,500 tokens: small local models lose their way in long instructions. */
  readonly system: string;
  /** It is offered the tools with these effects and no other. */
  readonly rights: readonly ToolEffect[];
  readonly temperature: number;
  readonly maxOutputTokens: number;
}
