import { showPath } from '../policy/pathPolicy.ts';
import type { ApplyConflict } from '../repository/repository.ts';
import type { ChangedFile } from './changeset.ts';
import { mergeText, sameText } from './mergeText.ts';
import { sameBytes } from './textLines.ts';

/** The two sides of a change; null where the side does not exist. */
export interface FileSides {
  readonly base: Uint8Array | null;
  readonly result: Uint8Array | null;
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
  const mode = modeOf(file.resultMode === file.baseMode ? disk.executable : file.resultMode === '100755');
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
