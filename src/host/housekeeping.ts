import { Serializer } from '../base/async.ts';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/failure.ts';
import type { Logger } from '../base/logger.ts';
import {
  type CleanUp,
  cleanStorage,
  type StorageSource,
  type TaskStanding,
  usualImageBytes,
} from '../core/sandbox/housekeeping.ts';
import type { Task } from '../core/tasks/task.ts';
import type { StorageClass, StorageReport } from '../protocol/storage.ts';
import { formatBytes } from '../protocol/storage.ts';
import type { Environment } from './paths.ts';

export interface HousekeepingOptions {
  /** For a person who asks: with exact sizes. */
  readonly sources: readonly StorageSource[];
  /** For the host itself, after tasks: quick to look at. */
  readonly quickSources: readonly StorageSource[];
  readonly imageBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface CleanUpRequest {
  readonly apply: boolean;
  readonly olderThanDays?: number | undefined;
  readonly classes?: readonly StorageClass[] | undefined;
}

export interface Housekeeping {
  /** Once the signal is aborted nothing more is removed; what was is in the report. */
  cleanUp(request: CleanUpRequest, signal: AbortSignal): Promise<StorageReport>;
  /** Removes what nobody can miss: what dead processes left, and images over the cap. Rarely, and never rejects. */
  tidy(): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/** Milliseconds between two looks by the host itself. */
const tidyEveryMs = 10 * 60_000;

/** What the host removes without being asked. */
const tidied: readonly StorageClass[] = [
  'sandbox',
  'volume',
  'base-image',
  'environment-image',
  'dangling-image',
  'temporary',
];

export function createHousekeeping(options: HousekeepingOptions): Housekeeping {
  const { clock, logger } = options;
  const began = clock.now();
  const turns = new Serializer();
  const ended = new AbortController();
  let tidiedAt = -Infinity;

  const policy = (olderThanDays?: number) => ({
    now: clock.now(),
    began,
    imageBytes: options.imageBytes,
    ...(olderThanDays === undefined ? {} : { olderThanDays }),
  });

  /** Layers that images share are counted only where that decides: it takes the engine time. */
  async function cleanQuickly(wish: CleanUp): Promise<StorageReport> {
    const look = await cleanStorage(options.quickSources, policy(), { ...wish, apply: false }, ended.signal);
    const overCap = look.items.some((item) => item.action === 'removable' && item.class.endsWith('-image'));
    return cleanStorage(overCap ? options.sources : options.quickSources, policy(), wish, ended.signal);
  }

  return {
    cleanUp: ({ apply, olderThanDays, classes }, signal) =>
      turns.run(() =>
        cleanStorage(
          options.sources,
          policy(olderThanDays),
          { apply, ...(classes === undefined ? {} : { classes }) },
          AbortSignal.any([ended.signal, signal]),
        ),
      ),
    async tidy() {
      if (clock.monotonic() - tidiedAt < tidyEveryMs || ended.signal.aborted) {
        return;
      }
      tidiedAt = clock.monotonic();
      try {
        const wish = { apply: true, classes: tidied };
        const report = await turns.run(() => cleanQuickly(wish));
        const removed = report.items.filter((item) => item.action === 'removed');
        if (removed.length > 0) {
          const names = removed.map((item) => item.name).join(', ');
          logger.info(`Tidied up ${formatBytes(report.freedBytes)}: ${names}.`);
        }
        report.problems.forEach((problem) => logger.debug(`Not tidied: ${problem}`));
      } catch (error) {
        logger.warn(`Not tidied: ${errorText(error)}`);
      }
    },
    async close() {
      ended.abort();
      await turns.run(async () => undefined);
    },
  };
}

/** How a task stands for who cleans up: what it made and nobody took or discarded is work. */
export function taskStanding(task: Task): TaskStanding & { readonly at: number } {
  const at = Date.parse(task.updatedAt);
  switch (task.state) {
    case 'applied':
    case 'merged':
    case 'discarded':
      return { ended: 'over', hasWork: false, at };
    case 'cancelled':
      // It never goes on, so its checkpoints are of no use to anybody.
      return { ended: 'stopped', hasWork: task.changeset !== undefined, at };
    case 'failed':
      return { ended: 'stopped', hasWork: task.changeset !== undefined || task.checkpoint !== undefined, at };
    default:
      return { ended: 'not-yet', hasWork: true, at };
  }
}

/** `NIGHTSHIFT_IMAGE_GIGABYTES`: what all images of ours may take. What is no positive number counts as unset. */
export function imageCap(environment: Environment): number {
  const gigabytes = Number(environment['NIGHTSHIFT_IMAGE_GIGABYTES'] ?? '');
  return Number.isFinite(gigabytes) && gigabytes > 0 ? gigabytes * 1e9 : usualImageBytes;
}
