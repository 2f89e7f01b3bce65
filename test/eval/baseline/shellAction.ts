import { z } from 'zod';
import type { ToolCall, ToolSpec, Turn } from '../../../src/core/models/languageModel.ts';

/** The only tool. */
export const shellTool: ToolSpec = {
  name: 'bash',
  description: 'Run one shell command in the repository. Each runs in a fresh shell; files stay.',
  parameters: {
    type: 'object',
    properties: { command: { type: 'string', description: 'the command line' } },
    required: ['command'],
  },
};

/** Printed as the first line of a command that succeeds, it ends the task. */
export const submitWord = 'COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT';

/** What an answer asks for. `asWritten` is false where the command was only found in a code block. */
export type Action =
  | { readonly kind: 'command'; readonly command: string; readonly call?: ToolCall; readonly asWritten: boolean }
  | { readonly kind: 'none'; readonly why: 'cut' | 'no-call' | 'bad-call' | 'several-blocks' };

const argumentsSchema = z.looseObject({ command: z.string().min(1) });
const block = /```(?:bash|sh|shell)\n([\s\S]*?)\n```/g;

/**
 * One command: the first call of the tool, else the only code block for a shell in the text, which is how a model without tools is asked
 * to give it. Nothing is read out of an answer that was cut off.
 */
export function readAction(turn: Turn, hasTools: boolean): Action {
  if (turn.finish === 'length') {
    return { kind: 'none', why: 'cut' };
  }
  const [call] = turn.calls;
  if (call !== undefined) {
    const given = argumentsSchema.safeParse(call.arguments);
    return call.name === shellTool.name && given.success
      ? { kind: 'command', command: given.data.command, call, asWritten: true }
      : { kind: 'none', why: 'bad-call' };
  }
  const blocks = [...turn.text.matchAll(block)];
  if (blocks.length > 1) {
    return { kind: 'none', why: 'several-blocks' };
  }
  const command = blocks[0]?.[1]?.trim() ?? '';
  return command === '' ? { kind: 'none', why: 'no-call' } : { kind: 'command', command, asWritten: !hasTools };
}
