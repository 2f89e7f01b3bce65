import * as z from 'zod';

/**
 * What a model has shown that it can do, found by asking it and not by its name. `tools`: how it calls one: through its server's own
 * field, written as text, or not at all. `schema`: its server holds its answers to a JSON schema. `level`: how much is asked of it: a weak
 * model gets whole files to write and one decision at a time.
 */
export const modelGradeSchema = z.object({
  tools: z.enum(['native', 'text', 'none']),
  schema: z.boolean(),
  level: z.enum(['strong', 'capable', 'weak', 'unfit']),
});

export type ModelGrade = z.infer<typeof modelGradeSchema>;
