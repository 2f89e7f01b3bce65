import * as z from 'zod';

export const changeStatusSchema = z.enum(['added', 'modified', 'deleted']);

/** One file of a changeset. Counts are lines; both are 0 for a binary file. */
export const changedFileSchema = z.object({
  path: z.string(),
  status: changeStatusSchema,
  /** The deleted file of the same changeset that an added one was before; its counts are against that one then. */
  renamedFrom: z.string().optional(),
  additions: z.int().nonnegative(),
  deletions: z.int().nonnegative(),
  binary: z.boolean(),
  /** Git object ids in the host-owned store; null where the side does not exist. */
  base: z.string().nullable(),
  result: z.string().nullable(),
  /** Git modes, `100644` or `100755`; null where the side does not exist. */
  baseMode: z.string().nullable(),
  resultMode: z.string().nullable(),
});

export const changesetSchema = z.object({
  /** SHA-256 over the two tree ids: names exactly this change of exactly this base. */
  hash: z.string(),
  baseTree: z.string(),
  resultTree: z.string(),
  files: z.array(changedFileSchema),
});

export type ChangedFile = z.infer<typeof changedFileSchema>;
export type Changeset = z.infer<typeof changesetSchema>;

/** The path that this one has on the other side of a rename. */
export function otherName({ files }: Pick<Changeset, 'files'>, path: string): string | undefined {
  return files.find((file) => file.path === path)?.renamedFrom ?? files.find((file) => file.renamedFrom === path)?.path;
}
