import * as z from 'zod/mini';

/** What one check of the doctor found. */
export const doctorCheckSchema = z.object({
  /** One of a small vocabulary: `engine`, `runtime`, `model`, ... A reader passes over names that it does not know. */
  name: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  /** What to do about it; always there unless the status is `ok`. */
  fix: z.optional(z.string()),
  /** A command for the terminal that mends it. It changes the machine, so only a person runs it. */
  command: z.optional(z.string()),
});

export type DoctorCheck = z.infer<typeof doctorCheckSchema>;
