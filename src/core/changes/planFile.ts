import { showPath } from '../policy/pathPolicy.ts';
import type { ApplyConflict } from '../repository/repository.ts';
import type { ChangedFile } from './changeset.ts';
import { type Hunk, withHunks } from './hunks.ts';
import { mergeText, sameText } from './mergeText.ts';
import { sameBytes } from './textLines.ts';

/** The two sides of a change; null where the side does not exist. */
export interface FileSides {
  readonly base: Uint8Array | null;
  readonly result: Uint8Array | null;
}

/**
 * What of a file's change is to be done. `from`: the hunks of it that stand in the checkout already, none where absent. `to`: those
 * that are to stand there afterwards; absent is the whole change, with its mode.
 */
export interface FilePart {
  readonly path: string;
  readonly from?: readonly Hunk[];
  readonly to?: readonly Hunk[];
  readonly merged?: MergedBytes;
}

/** What a person made of a change and their own edits: it is to stand in the checkout as it is, over what has this SHA-256, or over nothing. */
export interface MergedBytes {
  readonly bytes: Uint8Array;
  readonly over: string | null;
}

/** The two sides between which a part of a change lies; undefined where these are no hunks of it. */
export function partSides({ base, result }: FileSides, { from, to }: FilePart): FileSides | undefined {
  if (from === undefined && to === undefined) {
    return { base, result };
  }
  if (base === null || result === null) {
    return undefined;
  }
  const start = withHunks(base, result, from ?? []);
  const end = to === undefined ? result : withHunks(base, result, to);
  return start === undefined || end === undefined ? undefined : { base: start, result: end };
}

/** A file as it is in the working tree now. */
export interface FileOnDisk {
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

export type FilePlan =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'write'; readonly bytes: Uint8Array; readonly mode: '100644' | '100755' }
  | { readonly kind: 'conflict'; readonly reason: ApplyConflict['reason']; readonly message: string };

/** Three-way: what the task did to the file, onto the file as it is. What the user did meanwhile is kept or is a conflict. */
export function planFile(file: ChangedFile, sides: FileSides, disk: FileOnDisk | null): FilePlan {
  const { base, result } = sides;
  if (result === null) {
    return planDeletion(file, base, disk);
  }
  if (disk === null) {
    return base === null
      ? { kind: 'write', bytes: result, mode: modeOf(file.resultMode === '100755') }
      : conflict(
          file,
          'deleted-meanwhile',
          'was deleted meanwhile. Discard this change, or restore the file and accept again',
        );
  }
  const mode = modeAfter(file, disk);
  if (sameText(disk.bytes, result)) {
    return mode === modeOf(disk.executable) ? { kind: 'unchanged' } : { kind: 'write', bytes: disk.bytes, mode };
  }
  if (base === null) {
    return conflict(file, 'exists-already', 'exists already with other content. Move it away and accept again');
  }
  const merged = mergeText(base, disk.bytes, result);
  if (merged.kind === 'conflict') {
    const what = merged.reason === 'binary' ? 'was changed meanwhile' : 'was changed meanwhile in the same place';
    return conflict(file, 'changed-meanwhile', `${what}. Merge the two by hand, or undo your change and accept again`);
  }
  return sameBytes(merged.bytes, disk.bytes) && mode === modeOf(disk.executable)
    ? { kind: 'unchanged' }
    : { kind: 'write', bytes: merged.bytes, mode };
}

/** `now` is the SHA-256 of the file on disk. What was changed since the person merged is not written over. */
export function planMerged(
  file: ChangedFile,
  { bytes, over }: MergedBytes,
  disk: FileOnDisk | null,
  now: string | null,
): FilePlan {
  if (now !== over) {
    return conflict(
      file,
      'changed-meanwhile',
      'was changed while you merged it. Accept again, and merge what it is now',
    );
  }
  if (disk === null) {
    return { kind: 'write', bytes, mode: modeOf(file.resultMode === '100755') };
  }
  const mode = modeAfter(file, disk);
  return sameBytes(bytes, disk.bytes) && mode === modeOf(disk.executable)
    ? { kind: 'unchanged' }
    : { kind: 'write', bytes, mode };
}

function modeAfter({ baseMode, resultMode }: ChangedFile, disk: FileOnDisk): '100644' | '100755' {
  return modeOf(resultMode === baseMode ? disk.executable : resultMode === '100755');
}

function planDeletion(file: ChangedFile, base: Uint8Array | null, disk: FileOnDisk | null): FilePlan {
  if (disk === null) {
    return { kind: 'unchanged' };
  }
  return base !== null && sameText(disk.bytes, base)
    ? { kind: 'delete' }
    : conflict(
        file,
        'changed-meanwhile',
        'was changed meanwhile and is to be deleted. Delete it yourself if nothing in it is needed',
      );
}

function conflict(file: ChangedFile, reason: ApplyConflict['reason'], what: string): FilePlan {
  return { kind: 'conflict', reason, message: `${showPath(file.path)} ${what}.` };
}

function modeOf(executable: boolean): '100644' | '100755' {
  return executable ? '100755' : '100644';
}
