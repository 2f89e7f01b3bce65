import * as z from 'zod';

/** Results of all runs of a file. */
export const maxSarifResults = 10_000;
export const maxSarifBytes = 16 * 1024 * 1024;
const maxText = 100_000;

const count = z.int().min(1).max(10_000_000);

/** Lines and columns from 1, `endColumn` exclusive (SARIF 2.1.0, 3.30). */
const region = z.object({
  startLine: count.optional(),
  startColumn: count.optional(),
  endLine: count.optional(),
  endColumn: count.optional(),
});
export type SarifRegion = z.infer<typeof region>;

const level = z.enum(['none', 'note', 'warning', 'error']);
const artifactLocation = z.object({ uri: z.string().max(4_000).optional() });
const message = z.object({ text: z.string().max(maxText).optional(), markdown: z.string().max(maxText).optional() });

const replacement = z.object({
  deletedRegion: region,
  insertedContent: z.object({ text: z.string().max(maxText).optional() }).optional(),
});

const result = z.object({
  ruleId: z.string().max(400).optional(),
  ruleIndex: z.int().min(-1).optional(),
  kind: z.string().max(40).optional(),
  level: level.optional(),
  message,
  locations: z
    .array(z.object({ physicalLocation: z.object({ artifactLocation, region: region.optional() }).optional() }))
    .max(1_000)
    .optional(),
  fixes: z
    .array(
      z.object({
        artifactChanges: z
          .array(z.object({ artifactLocation, replacements: z.array(replacement).max(1_000) }))
          .max(100),
      }),
    )
    .max(100)
    .optional(),
  suppressions: z
    .array(z.object({ status: z.string().max(40).optional(), justification: z.string().max(maxText).optional() }))
    .max(100)
    .nullish(),
});
export type SarifResult = z.infer<typeof result>;

const rule = z.object({
  id: z.string().max(400).optional(),
  defaultConfiguration: z.object({ level: level.optional() }).optional(),
});

const run = z.object({
  tool: z
    .object({
      driver: z
        .object({ name: z.string().max(400).optional(), rules: z.array(rule).max(100_000).optional() })
        .optional(),
    })
    .optional(),
  columnKind: z.string().max(40).optional(),
  results: z.array(result).nullish(),
});
export type SarifRun = z.infer<typeof run>;

/** The part of SARIF 2.1.0 that is read; whatever else stands in a file is left alone. */
export const sarifLogSchema = z.object({ version: z.literal('2.1.0'), runs: z.array(run).max(1_000) });
