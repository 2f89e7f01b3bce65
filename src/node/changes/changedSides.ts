import { failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ChangedFile, Changeset } from '../../core/changes/changeset.ts';
import { type FilePart, type FileSides, type MergedBytes, partSides } from '../../core/changes/planFile.ts';
import { showPath } from '../../core/policy/pathPolicy.ts';
import type { BlobReader, RepositoryFailure } from '../../core/repository/repository.ts';

export interface ChangedSides {
  readonly file: ChangedFile;
  readonly sides: FileSides;
  /** What stands in the place of a merge of the two sides. */
  readonly merged?: MergedBytes | undefined;
}

/** The sides between which these parts of a changeset lie, in the order of the parts; a path that is named twice is there once. */
export async function changedSides(
  store: BlobReader,
  changeset: Changeset,
  parts: readonly FilePart[],
  signal: AbortSignal,
): Promise<Result<ChangedSides[], RepositoryFailure>> {
  const byPath = new Map(changeset.files.map((file) => [file.path, file]));
  const wanted: { file: ChangedFile; part: FilePart }[] = [];
  for (const part of new Map(parts.map((each) => [each.path, each])).values()) {
    const file = byPath.get(part.path);
    if (file === undefined) {
      return fail(failure('io', `${showPath(part.path)} is not among the changed files. Name one that is.`));
    }
    wanted.push({ file, part });
  }
  const ids = wanted.flatMap(({ file: { base, result } }) => [base, result].filter((id) => id !== null));
  const blobs = await store.readBlobs(ids, signal);
  if (!blobs.ok) {
    return blobs;
  }
  const blob = (id: string | null): Uint8Array | null => (id === null ? null : (blobs.value.get(id) ?? null));
  const files: ChangedSides[] = [];
  for (const { file, part } of wanted) {
    const sides = partSides({ base: blob(file.base), result: blob(file.result) }, part);
    if (sides === undefined) {
      const message = `These are no changes of ${showPath(file.path)}. Look at the review again, and accept the whole file or what it shows.`;
      return fail(failure('io', message));
    }
    // A part brings no mode: that comes with the last of it.
    const changed = part.to === undefined ? file : { ...file, resultMode: file.baseMode };
    files.push({ file: changed, sides, merged: part.merged });
  }
  return ok(files);
}
