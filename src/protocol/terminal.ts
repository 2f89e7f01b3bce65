import * as z from 'zod/mini';

const cells = z.int().check(z.positive(), z.lte(1_000));
const size = { columns: cells, rows: cells };
const terminal = z.string().check(z.maxLength(100));

/** Characters that are typed, or pasted, at once. */
export const longestInput = 64 * 1024;

/**
 * A shell in a sandbox with a copy of a task's files, for a person to look around in. It ends with its shell, with `closeTerminal`, and
 * with the connection of its client.
 */
export const terminalMethods = {
  openTerminal: {
    params: z.object({ task: z.string(), ...size }),
    result: z.object({
      terminal,
      runtime: z.string(),
      isolatedKernel: z.boolean(),
      /** Why dependencies are not there, with the way out; empty when nothing is missing. */
      problem: z.string(),
    }),
  },
  /**
   * What was written since it was asked the last time; waits until there is some. Nothing more is read from the sandbox than is asked
   * for. `ended` comes with the last of it; `exitCode` is absent where the sandbox went away.
   */
  readTerminal: {
    params: z.object({ terminal }),
    result: z.object({
      output: z.string(),
      ended: z.optional(z.object({ exitCode: z.optional(z.int()), message: z.string() })),
    }),
  },
  writeTerminal: {
    params: z.object({ terminal, input: z.string().check(z.maxLength(longestInput)) }),
    result: z.object({}),
  },
  resizeTerminal: { params: z.object({ terminal, ...size }), result: z.object({}) },
  closeTerminal: { params: z.object({ terminal }), result: z.object({}) },
} as const;
