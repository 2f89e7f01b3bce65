import { showPath } from '../policy/pathPolicy.ts';
import type { ApplyConflict } from '../repository/repository.ts';
import { mergeText } from './mergeText.ts';
import { withExecutable } from './permissions.ts';
import { sameBytes } from './textLines.ts';

/** What one accept did to a file. Bytes are null where there was no file. */
export interface AcceptedStep {
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  /** Permission bits of the file before; null where there was none. */
  readonly permissions: number | null;
  /** Whether the accept left a file that can be executed. */
  readonly executable: boolean;
}

/** A file of the working tree with its permission bits. */
export interface FileState {
  readonly bytes: Uint8Array;
  readonly permissions: number;
}

export type UndoPlan =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'write'; readonly bytes: Uint8Array; readonly permissions: number }
  | { readonly kind: 'conflict'; readonly reason: ApplyConflict['reason']; readonly message: string };

/**
 * Takes what accepts did to a file back out of it, three-way, the newest first. Where nobody touched the file since, it is byte
 * for byte and bit for bit what it was before the first of them; what a person did since is kept, or is a conflict.
 */
export function planUndo(path: string, steps: readonly AcceptedStep[], disk: FileState | null): UndoPlan {
  let state = disk;
  for (const step of steps.toReversed()) {
    const back = stepBack(path, step, state);
    if (back.kind === 'conflict') {
      return back;
    }
    state = back.state;
  }
  if (state === null) {
    return { kind: disk === null ? 'unchanged' : 'delete' };
  }
  const same = disk !== null && sameBytes(disk.bytes, state.bytes) && disk.permissions === state.permissions;
  return same ? { kind: 'unchanged' } : { kind: 'write', ...state };
}

type Back =
  | { readonly kind: 'state'; readonly state: FileState | null }
  | { readonly kind: 'conflict'; readonly reason: ApplyConflict['reason']; readonly message: string };

function stepBack(path: string, step: AcceptedStep, now: FileState | null): Back {
  const { before, after } = step;
  if (before === null) {
    return now === null || (after !== null && sameBytes(now.bytes, after))
      ? { kind: 'state', state: null }
      : conflict(path, 'changed-meanwhile', 'was changed since and would be deleted. Delete it yourself');
  }
  if (after === null) {
    return now === null
      ? { kind: 'state', state: { bytes: before, permissions: step.permissions ?? 0o644 } }
      : sameBytes(now.bytes, before)
        ? { kind: 'state', state: now }
        : conflict(path, 'exists-already', 'exists again with other content. Move it away and undo again');
  }
  if (now === null) {
    return conflict(path, 'deleted-meanwhile', 'was deleted since. Restore it and undo again');
  }
  const merged = mergeText(after, now.bytes, before);
  return merged.kind === 'conflict'
    ? conflict(path, 'changed-meanwhile', 'was changed since in the same place. Take the change back by hand')
    : { kind: 'state', state: { bytes: merged.bytes, permissions: permissionsBefore(step, now.permissions) } };
}

/** Bits that are not what the accept left are a person's. */
function permissionsBefore({ permissions, executable }: AcceptedStep, now: number): number {
  return permissions !== null && now === withExecutable(permissions, executable) ? permissions : now;
}

function conflict(path: string, reason: ApplyConflict['reason'], what: string): Back {
  return { kind: 'conflict', reason, message: `${showPath(path)} ${what}; it was left as it is.` };
}
