import * as z from 'zod/mini';

/** What is kept on disk and in the engine, in the order in which it is shown. */
export const storageClasses = [
  'sandbox',
  'volume',
  'base-image',
  'environment-image',
  'dangling-image',
  'task-tree',
  'loose-object',
  'temporary',
  'runtime-process',
] as const;

export type StorageClass = (typeof storageClasses)[number];

export const storageItemSchema = z.object({
  class: z.enum(storageClasses),
  name: z.string(),
  /** Bytes; of a process, what it holds in memory. */
  bytes: z.number().check(z.nonnegative()),
  /** How many things it stands for; one when absent. */
  count: z.optional(z.int().check(z.positive())),
  /** `removable`: nothing was removed yet, and it may go. `warned`: a person should look at it. */
  action: z.enum(['removed', 'removable', 'kept', 'failed', 'warned']),
  why: z.string(),
});

export const storageReportSchema = z.object({
  items: z.array(storageItemSchema),
  /** What could not be looked at or tidied, one line each. */
  problems: z.array(z.string()),
  freedBytes: z.number().check(z.nonnegative()),
});

export type StorageItem = z.infer<typeof storageItemSchema>;
export type StorageReport = z.infer<typeof storageReportSchema>;

export interface StorageSum {
  readonly class: StorageClass;
  readonly items: number;
  readonly bytes: number;
  /** Those of them that may go, or went. */
  readonly removableItems: number;
  readonly removableBytes: number;
}

/** One sum a class that has items, in the order of the classes. */
export function storageSums(items: readonly StorageItem[]): readonly StorageSum[] {
  return storageClasses.flatMap((name) => {
    const own = items.filter((item) => item.class === name);
    const removable = own.filter((item) => item.action === 'removable' || item.action === 'removed');
    const number = (all: readonly StorageItem[]): number => all.reduce((sum, item) => sum + (item.count ?? 1), 0);
    const bytes = (all: readonly StorageItem[]): number => all.reduce((sum, item) => sum + item.bytes, 0);
    return own.length === 0
      ? []
      : [
          {
            class: name,
            items: number(own),
            bytes: bytes(own),
            removableItems: number(removable),
            removableBytes: bytes(removable),
          },
        ];
  });
}

/** As people write it: 3 digits at most, decimal units as the engine's own tools have them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[power] ?? ''}`;
}

/** The classes as people read them. */
export const storageNames: Readonly<Record<StorageClass, string>> = {
  sandbox: 'sandboxes',
  volume: 'volumes',
  'base-image': 'base images',
  'environment-image': 'environment images',
  'dangling-image': 'images without a name',
  'task-tree': 'trees of tasks',
  'loose-object': 'unneeded objects',
  temporary: 'temporary files',
  'runtime-process': 'leaked gVisor processes',
};
