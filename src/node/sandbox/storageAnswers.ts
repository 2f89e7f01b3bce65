import * as z from 'zod';

/** The parts of the engine's answers that tell what is stored; all else is ignored. */
const labels = z.record(z.string(), z.string()).nullish();

export const containersAnswer = z.array(
  z.object({
    Id: z.string(),
    Names: z.array(z.string()).nullish(),
    ImageID: z.string(),
    Created: z.int(),
    State: z.string(),
    Labels: labels,
    /** Only where sizes were asked for. */
    SizeRw: z.int().nonnegative().nullish(),
    Mounts: z.array(z.object({ Type: z.string(), Name: z.string().nullish() })).nullish(),
  }),
);

export const imagesAnswer = z.array(
  z.object({
    Id: z.string(),
    ParentId: z.string(),
    RepoTags: z.array(z.string()).nullish(),
    Created: z.int(),
    Size: z.int().nonnegative(),
    /** -1 where it was not counted. */
    SharedSize: z.int(),
    Labels: labels,
  }),
);

export const volumesAnswer = z.object({
  Volumes: z
    .array(
      z.object({
        Name: z.string(),
        CreatedAt: z.string().nullish(),
        Labels: labels,
        UsageData: z.object({ Size: z.int() }).nullish(),
      }),
    )
    .nullish(),
});

export const usageAnswer = z.object({ Images: imagesAnswer.nullish(), Volumes: volumesAnswer.shape.Volumes });

export const imageDetails = z.object({
  Id: z.string(),
  Config: z.object({ Labels: labels }).nullish(),
  Metadata: z.object({ LastTagTime: z.string().nullish() }).nullish(),
});

export const historyAnswer = z.array(z.object({ Id: z.string() }));

export type ListedContainer = z.infer<typeof containersAnswer>[number];
export type ListedImage = z.infer<typeof imagesAnswer>[number];
