import type { Failure } from '../../base/failure.ts';
import type { Result } from '../../base/result.ts';
import type { StorageClass, StorageReport } from '../../protocol/storage.ts';

/** What is known of a task whose things are kept on disk. */
export interface TaskStanding {
  /** `stopped` is one that failed or was cancelled. */
  readonly ended: 'not-yet' | 'stopped' | 'over' | 'unknown';
  /** It has a result, or work towards one, that is in no checkout. */
  readonly hasWork: boolean;
}

/** One thing of ours on disk or in the engine. Sources tell facts; whether it goes is decided here. */
export interface StoredItem {
  readonly class: StorageClass;
  /** What its source removes it by. */
  readonly id: string;
  readonly name: string;
  /** What its removal gives back, as far as one can tell beforehand. */
  readonly bytes: number;
  /** How many things it stands for, where these are more than one. */
  readonly count?: number;
  /** Milliseconds since the epoch: when it was made or used last. */
  readonly usedAt: number;
  /** For what belongs to a process: how that one stands. */
  readonly owner?: 'alive' | 'dead' | 'elsewhere';
  /** What is on it now, ours or not, as the reason why it stays. */
  readonly inUse?: string;
  readonly task?: TaskStanding;
}

export interface StorageSource {
  readonly classes: readonly StorageClass[];
  list(signal: AbortSignal): Promise<Result<readonly StoredItem[], Failure>>;
  /** Removes one item after looking again whether it may go; the failure says why it stayed. */
  remove(item: StoredItem, signal: AbortSignal): Promise<Result<void, Failure>>;
  /** Called once after the removals; answers bytes that it gave back beside those of the items. */
  finish?(signal: AbortSignal): Promise<Result<number, Failure>>;
}

export interface StoragePolicy {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** When this agent host began: temporary files that were written before are of a process that is gone. */
  readonly began: number;
  /** Bytes that all images of ours may take. */
  readonly imageBytes: number;
  /** Age in days from which what nobody needs any more goes; absent keeps such things whatever their age. */
  readonly olderThanDays?: number;
}

export interface Verdict {
  readonly item: StoredItem;
  readonly action: 'remove' | 'keep' | 'warn';
  readonly why: string;
}

export const usualImageBytes = 10 * 10 ** 9;

const day = 86_400_000;
/** A build takes less: until then an image without a name may be one that is being made. */
const buildMs = 3_600_000;

const imageClasses: ReadonlySet<StorageClass> = new Set(['base-image', 'environment-image']);

/**
 * What may go, and why the rest stays. Work that is in no checkout, what a living process uses and the newest image of each class
 * stay whatever the policy says. Images over the cap go in the order of their last use.
 */
export function judgeStorage(items: readonly StoredItem[], policy: StoragePolicy): readonly Verdict[] {
  const images = judgeImages(
    items.filter((item) => imageClasses.has(item.class)),
    policy,
  );
  return items.map((item) => images.get(item) ?? judgeItem(item, policy));
}

function judgeItem(item: StoredItem, policy: StoragePolicy): Verdict {
  switch (item.class) {
    case 'sandbox':
    case 'volume':
      return judgeOwned(item, policy);
    case 'dangling-image':
      if (item.inUse !== undefined) {
        return keep(item, item.inUse);
      }
      return policy.now - item.usedAt < buildMs
        ? keep(item, 'it is new: a build may be under way')
        : remove(item, 'it has no name any more');
    case 'temporary':
      return item.usedAt < policy.began
        ? remove(item, 'the process that wrote it is gone')
        : keep(item, 'it may be being written');
    case 'loose-object':
      return remove(item, 'no task needs it');
    case 'task-tree':
      return judgeTaskItem(item, policy);
    default:
      return { item, action: 'warn', why: 'no container belongs to it' };
  }
}

function judgeOwned(item: StoredItem, policy: StoragePolicy): Verdict {
  if (item.inUse !== undefined) {
    return keep(item, item.inUse);
  }
  switch (item.owner) {
    case 'dead':
      return remove(item, 'its agent host is gone');
    case 'alive':
      return keep(item, 'it belongs to an agent host that runs');
    case 'elsewhere':
      return keep(item, 'it belongs to an agent host of another machine');
    default:
      return byAge(item, policy, 'nobody uses it');
  }
}

function judgeTaskItem(item: StoredItem, policy: StoragePolicy): Verdict {
  const { ended, hasWork } = item.task ?? { ended: 'unknown', hasWork: true };
  if (ended === 'not-yet') {
    return keep(item, 'its task is not over');
  }
  if (ended === 'unknown') {
    return keep(item, 'its task cannot be read');
  }
  if (ended === 'stopped' && hasWork) {
    return keep(item, 'its task was stopped and has work that is not merged; a discard gives that up');
  }
  return byAge(item, policy, 'its task is over');
}

function judgeImages(images: readonly StoredItem[], policy: StoragePolicy): ReadonlyMap<StoredItem, Verdict> {
  const verdicts = new Map<StoredItem, Verdict>();
  const newest = new Map<StorageClass, StoredItem>();
  for (const image of images) {
    const known = newest.get(image.class);
    if (known === undefined || known.usedAt < image.usedAt) {
      newest.set(image.class, image);
    }
  }
  let total = images.reduce((sum, image) => sum + image.bytes, 0);
  for (const image of [...images].sort((a, b) => a.usedAt - b.usedAt)) {
    const verdict =
      image.inUse !== undefined
        ? keep(image, image.inUse)
        : newest.get(image.class) === image
          ? keep(image, 'it is the newest of its kind')
          : total > policy.imageBytes
            ? remove(image, `images take more than ${amount(policy.imageBytes)}, and it was used the longest time ago`)
            : byAge(image, policy, 'it is not in use');
    verdicts.set(image, verdict);
    total -= verdict.action === 'remove' ? image.bytes : 0;
  }
  return verdicts;
}

function byAge(item: StoredItem, { now, olderThanDays }: StoragePolicy, why: string): Verdict {
  const age = Math.max(0, Math.floor((now - item.usedAt) / day));
  const aged = `${why}; its last use was ${age === 0 ? 'less than a day' : age === 1 ? '1 day' : `${age} days`} ago`;
  return olderThanDays !== undefined && now - item.usedAt >= olderThanDays * day
    ? remove(item, aged)
    : keep(
        item,
        olderThanDays === undefined
          ? `${aged}; only a person removes it`
          : `${aged}, and it goes after ${olderThanDays} days`,
      );
}

function keep(item: StoredItem, why: string): Verdict {
  return { item, action: 'keep', why };
}

function remove(item: StoredItem, why: string): Verdict {
  return { item, action: 'remove', why };
}

function amount(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

export interface CleanUp {
  /** False lists only. */
  readonly apply: boolean;
  /** All when absent. */
  readonly classes?: readonly StorageClass[];
}

/**
 * Looks at everything of ours, and removes what may go when asked to. A source that cannot be reached is told as a problem and
 * keeps no other from being cleaned. Sources come in the order in which one's things hold on to the next one's.
 */
export async function cleanStorage(
  sources: readonly StorageSource[],
  policy: StoragePolicy,
  { apply, classes }: CleanUp,
  signal: AbortSignal,
): Promise<StorageReport> {
  const report: StorageReport = { items: [], problems: [], freedBytes: 0 };
  for (const source of sources) {
    if (classes !== undefined && !source.classes.some((each) => classes.includes(each))) {
      continue;
    }
    const listed = await source.list(signal);
    if (!listed.ok) {
      report.problems.push(listed.error.message);
      continue;
    }
    const verdicts = judgeStorage(listed.value, policy).filter(({ item }) => classes?.includes(item.class) ?? true);
    let removed = 0;
    for (const verdict of verdicts) {
      const goes = apply && verdict.action === 'remove' && !signal.aborted;
      const outcome = goes ? await source.remove(verdict.item, signal) : undefined;
      removed += outcome?.ok === true ? 1 : 0;
      report.items.push(toLine(verdict, outcome));
      report.freedBytes += outcome?.ok === true ? verdict.item.bytes : 0;
    }
    if (removed > 0 && source.finish !== undefined) {
      const finished = await source.finish(signal);
      if (finished.ok) {
        report.freedBytes += finished.value;
      } else {
        report.problems.push(finished.error.message);
      }
    }
  }
  return report;
}

function toLine(
  { item, action, why }: Verdict,
  outcome: Result<void, Failure> | undefined,
): StorageReport['items'][number] {
  const { name, bytes, count } = item;
  const line = { class: item.class, name, bytes, ...(count === undefined ? {} : { count }) };
  if (action !== 'remove') {
    return { ...line, action: action === 'warn' ? 'warned' : 'kept', why };
  }
  if (outcome === undefined) {
    return { ...line, action: 'removable', why };
  }
  return outcome.ok ? { ...line, action: 'removed', why } : { ...line, action: 'failed', why: outcome.error.message };
}
