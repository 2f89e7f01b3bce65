import * as z from 'zod';

/** A payload kept beside the trace under its own hash. */
export const artifactSchema = z.object({ sha256: z.string(), bytes: z.int().nonnegative() });
