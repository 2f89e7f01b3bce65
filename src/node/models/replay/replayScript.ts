import * as z from 'zod';

/** One answer of the model. `finish` is `calls` when there are calls and `stop` when not, unless said otherwise. */
export const scriptTurnSchema = z.strictObject({
  text: z.string().optional(),
  thinking: z.string().optional(),
  calls: z.array(z.strictObject({ name: z.string().min(1), arguments: z.unknown() })).optional(),
  finish: z.enum(['stop', 'length', 'calls']).optional(),
  /** Tokens as a server would count them; left out means unknown. */
  usage: z
    .strictObject({ prompt: z.int().nonnegative().optional(), output: z.int().nonnegative().optional() })
    .optional(),
  delayMs: z.int().nonnegative().max(600_000).optional(),
  expect: z
    .strictObject({
      /** Must be in a message after the last answer: a tool's result, or what the user said. */
      lastContains: z.string().optional(),
      /** Tools that must be on offer. */
      tools: z.array(z.string()).optional(),
    })
    .optional(),
});

export type ScriptTurn = z.infer<typeof scriptTurnSchema>;

/**
 * A recorded script, JSON:
 *
 *     { "version": 1,
 *       "about": "what was recorded, for people",
 *       "contextTokens": 32768,
 *       "turns": [
 *         { "text": "I look first.", "calls": [{ "name": "read_file", "arguments": { "path": "sum.js" } }] },
 *         { "calls": [{ "name": "finish", "arguments": { "summary": "Fixed." } }],
 *           "expect": { "lastContains": "return a - b", "tools": ["finish"] } } ] }
 *
 * The turn that answers a request is the one whose index is the number of answers the request already carries, so a script
 * goes on where it was after a restart, and one script can serve many runs at once.
 */
export const replayScriptSchema = z.strictObject({
  version: z.literal(1),
  about: z.string().optional(),
  /** Window the script claims to have, tokens. */
  contextTokens: z.int().positive().optional(),
  turns: z.array(scriptTurnSchema).min(1),
});

export type ReplayScript = z.infer<typeof replayScriptSchema>;
