import * as z from 'zod/mini';

const count = z.int().check(z.nonnegative());
const path = z.string().check(z.minLength(1), z.maxLength(4_096));

/** Lines and UTF-16 characters from 0. The end is exclusive; without an `endCharacter` it is the end of `endLine`. */
const region = z.object({
  startLine: count,
  startCharacter: count,
  endLine: count,
  endCharacter: z.optional(count),
});

/** Lines as they stood, with the ones around them; see `findQuoted`. */
const quote = z.object({
  before: z.nullable(z.string()),
  lines: z.array(z.string()),
  after: z.nullable(z.string()),
});

/** What a tool or an agent says of a place in a file. All texts are written by others. */
export const findingViewSchema = z.object({
  id: z.string(),
  tool: z.string(),
  rule: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  message: z.string(),
  path,
  /** Where its lines stand now; where they stood, when they are `stale`. */
  region,
  /** Its lines were changed or removed since. */
  stale: z.boolean(),
  /** By which a window follows them while the file is edited. */
  quote: z.optional(quote),
  /** The suggested patch, a part a place: made only where exactly `oldText` stands, with `\n` between lines. */
  fix: z.optional(
    z.array(
      z.object({
        path,
        region,
        text: z.string(),
        oldText: z.string(),
        quote,
      }),
    ),
  ),
  /** The task whose agent reported it. */
  task: z.optional(z.string()),
  /** Why it was dismissed. */
  dismissed: z.optional(z.string()),
});

/** `revision` grows with each change of them. */
export const findingStatusSchema = z.object({ open: count, dismissed: count, revision: count });

/** Characters of a reason. */
export const longestReason = 1_000;

const id = z.string().check(z.regex(/^finding-[0-9a-f]{12}$/));
const one = z.object({ finding: findingViewSchema });

export const findingMethods = {
  listFindings: {
    params: z.object({}),
    result: z.object({
      findings: z.array(findingViewSchema),
      /** What happened to those that were kept before. */
      problem: z.optional(z.string()),
    }),
  },
  /** Takes the results of a SARIF 2.1.0 file, an absolute path, in place of earlier ones of the same tools. */
  importFindings: {
    params: z.object({ file: path }),
    result: z.object({
      tools: z.array(z.string()),
      imported: count,
      /** Results that are about nothing in this repository. */
      elsewhere: count,
    }),
  },
  dismissFinding: {
    params: z.object({ id, reason: z.string().check(z.trim(), z.minLength(1), z.maxLength(longestReason)) }),
    result: one,
  },
  restoreFinding: { params: z.object({ id }), result: one },
  /** All findings as a SARIF 2.1.0 file, those that were dismissed as suppressed. */
  exportFindings: { params: z.object({}), result: z.object({ sarif: z.string() }) },
} as const;

export type FindingView = z.infer<typeof findingViewSchema>;
export type FindingStatus = z.infer<typeof findingStatusSchema>;
