import * as z from 'zod';

/**
 * The rungs by which a call that was not made as it should be is still read, in their order: each is deterministic, and what it
 * did stands in the trace.
 */
export const repairRungs = [
  /** The answer's text was nothing but one call. */
  'text-call',
  /** The answer was held to a schema, or asked to be JSON, because its model calls no tools. */
  'decision',
  /** JSON that was closed but not right. */
  'json',
  /** Arguments sent as JSON text. */
  'arguments-text',
  'tool-name',
  'argument-name',
  'argument-type',
  'argument-dropped',
  /** The text to replace stood in the file with other white space or punctuation. */
  'edit-match',
  /** Of a trace from before rungs had names. */
  'unnamed',
] as const;

export const repairSchema = z.object({ rung: z.enum(repairRungs), detail: z.string() });

export type Repair = z.infer<typeof repairSchema>;

/** As it stands in traces; a line of plain text is a repair of before rungs had names. */
export const recordedRepairSchema = z.union([
  repairSchema,
  z.string().transform((detail): Repair => ({ rung: 'unnamed', detail })),
]);
