import * as z from 'zod';

const count = z.int().nonnegative();

/** Characters of what an agent says of a finding. */
export const longestFinding = 1_000;

const region = z.object({
  startLine: count,
  startCharacter: count,
  endLine: count,
  endCharacter: count.optional(),
});
const quote = z.object({
  before: z.string().nullable(),
  lines: z.array(z.string()).readonly(),
  after: z.string().nullable(),
});

/** What agents find while they work on something else. */
export const findingEvents = {
  'finding-reported': z.object({
    run: z.string(),
    severity: z.enum(['error', 'warning', 'note']),
    message: z.string().max(longestFinding),
    path: z.string(),
    region,
    /** The lines as they stood in the box. */
    quote,
    /** What the agent suggests in the same file. */
    fix: z.object({ region, quote, oldText: z.string(), text: z.string() }).optional(),
  }),
} as const satisfies Record<string, z.ZodType>;
