import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { MergedBytes } from '../changes/planFile.ts';
import type { ApplyConflict, Checkout, MergeSides } from '../repository/repository.ts';
import type { Task } from '../tasks/task.ts';
import { partsToApply, type PartToApply, type WantedFile } from './chosenParts.ts';

/** A file of which a person merged what an accept would write with what they have themselves. */
export interface MergedFile extends MergedBytes {
  readonly path: string;
}

/** The parts with what a person merged in the place of the changes of these files. */
export function withMerged(
  parts: readonly PartToApply[],
  merged: readonly MergedFile[],
): Result<readonly PartToApply[], Failure> {
  const stranger = merged.find(({ path }) => !parts.some((part) => part.path === path));
  return stranger === undefined
    ? ok(
        parts.map((part) => {
          const file = merged.find(({ path }) => path === part.path);
          return file === undefined ? part : { ...part, merged: { bytes: file.bytes, over: file.over } };
        }),
      )
    : fail(failure('not-in-changeset', `${stranger.path} is nothing that is accepted here; look at the review again.`));
}

/** The three texts of a file that accepting these files would write; undefined where it is not a text on every side. */
export async function mergeSidesOf(
  checkout: Checkout,
  task: Task,
  wanted: readonly WantedFile[] | undefined,
  path: string,
): Promise<Result<MergeSides | undefined, Failure>> {
  const { changeset } = task;
  const never = new AbortController().signal;
  if (changeset === undefined) {
    return ok(undefined);
  }
  const parts = await partsToApply({ checkout, task, changeset }, wanted, never);
  if (!parts.ok) {
    return parts;
  }
  const part = parts.value.find((each) => each.path === path);
  return part === undefined ? ok(undefined) : checkout.mergeSides(changeset, part, never);
}

/** Which files that a person merged stand in the checkout: what they made of them is known by its hash only. */
export async function lookAtMerged(
  checkout: Checkout,
  { openApply }: Task,
): Promise<{
  readonly paths: readonly string[];
  readonly applied: readonly string[];
  readonly conflicts: readonly ApplyConflict[];
}> {
  const paths = openApply?.merged ?? [];
  const writes = openApply?.writes.filter(({ path }) => paths.includes(path)) ?? [];
  const standing = await checkout.look(writes);
  const strange = writes.filter((_, index) => standing[index] === 'neither');
  return {
    paths,
    // One that needed no write stood there already.
    applied: paths.filter((path) => {
      const at = writes.findIndex((write) => write.path === path);
      return at === -1 || standing[at] === 'after';
    }),
    conflicts: strange.map(({ path }) => ({
      path,
      reason: 'changed-meanwhile',
      message: `${path} was changed while its merge was accepted; it was left as it is. Look at it, and accept again.`,
    })),
  };
}
