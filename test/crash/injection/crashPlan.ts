import * as z from 'zod/mini';

/** What the agent hosts of one workspace are to suffer, and where they report; a file named by `NIGHTSHIFT_CRASH_PLAN`. */
export const crashPlanSchema = z.object({
  /** The checkout: writes there are effects that a person sees. Absolute, links resolved. */
  root: z.string(),
  /** The folder for state, `NIGHTSHIFT_HOME`. */
  state: z.string(),
  /** Gets a line for each point that was passed, each effect and each kill. */
  report: z.string(),
  /** One for each host in turn; a host that was killed by one takes it out of the file. */
  kills: z.array(z.object({ point: z.string(), occurrence: z.int(), moment: z.enum(['before', 'during', 'after']) })),
  /** While this file exists, the points that it names fail; see `faultSchema`. */
  fault: z.optional(z.string()),
  /** The wall clock of a host jumps back by this many milliseconds once it ran for so long. */
  clock: z.optional(z.object({ afterMs: z.number(), backMs: z.number() })),
});

/** Points whose label has `match` in it fail with `code`, but for the first ones, so many as `spared` says. */
export const faultSchema = z.object({
  match: z.string(),
  code: z.enum(['ENOSPC', 'EIO', 'EACCES']),
  spared: z.optional(z.int()),
});

export type Fault = z.infer<typeof faultSchema>;

export type CrashPlan = z.infer<typeof crashPlanSchema>;
export type Kill = CrashPlan['kills'][number];
export type Moment = Kill['moment'];

/** What a host writes to the report. */
export const reportLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('point'),
    host: z.int(),
    point: z.string(),
    occurrence: z.int(),
    moments: z.array(z.enum(['before', 'during', 'after'])),
  }),
  /** A file of the checkout was replaced, made or removed. */
  z.object({ kind: z.literal('effect'), host: z.int(), path: z.string() }),
  z.object({ kind: z.literal('killed'), host: z.int(), point: z.string(), occurrence: z.int(), moment: z.string() }),
  z.object({ kind: z.literal('failed'), host: z.int(), point: z.string(), code: z.string() }),
]);

export type ReportLine = z.infer<typeof reportLineSchema>;

export const planVariable = 'NIGHTSHIFT_CRASH_PLAN';
