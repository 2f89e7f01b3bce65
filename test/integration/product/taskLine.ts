import { z } from 'zod';

const count = z.int().nonnegative();
const counts = z.strictObject({ passed: count, failed: count, total: count });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The last line of every command on a task, as its readers were promised it: nothing more, nothing less, no other type. */
export const taskLineSchema = z.strictObject({
  type: z.literal('task'),
  id: z.string().regex(/^task-[0-9a-z]{10}$/),
  state: z.enum([
    'queued',
    'preparing',
    'working',
    'verifying',
    'reviewing',
    'ready',
    'revising',
    'waiting',
    'paused',
    'applied',
    'merged',
    'discarded',
    'failed',
    'cancelled',
  ]),
  reason: z.string().min(1).optional(),
  changeset: z
    .strictObject({
      hash: sha256,
      files: z
        .array(
          z.strictObject({
            path: z.string().min(1),
            status: z.enum(['added', 'modified', 'deleted']),
            additions: count,
            deletions: count,
          }),
        )
        .min(1),
    })
    .nullable(),
  proof: z.strictObject({ verdict: z.enum(['green', 'red', 'unverified']), base: counts, patched: counts }).nullable(),
  votes: z.array(
    z.strictObject({
      agent: z.string().min(1),
      vote: z.enum(['approve', 'reject', 'abstain']),
      hash: sha256,
      reason: z.string(),
    }),
  ),
  usage: z.strictObject({ newTokens: count, tokens: count, steps: count, seconds: z.number().nonnegative() }),
});

export type TaskLine = z.infer<typeof taskLineSchema>;

export const verifyLineSchema = z.strictObject({
  type: z.literal('verify'),
  ok: z.boolean(),
  events: count,
  firstBad: z
    .strictObject({
      line: count.optional(),
      reason: z.string().min(1),
      version: z.enum(['newer', 'older']).optional(),
    })
    .optional(),
});

/** The last line of a command's output, parsed; every line before it is one JSON object with a type too. */
export function lastLine<T>(stdout: string, schema: z.ZodType<T>): T {
  const lines = stdout.split('\n');
  if (lines.pop() !== '') {
    throw new Error(`The output does not end with a line: ${stdout.slice(-200)}`);
  }
  const parsed = lines.map((line) => z.looseObject({ type: z.string() }).parse(JSON.parse(line)));
  return schema.parse(parsed.at(-1));
}
