import { isSecretFile } from '../policy/secretFiles.ts';
import { isApplyTemporary } from './applyTemporary.ts';
import { leavesTree } from './linkTarget.ts';
import type { ExcludedFile } from './repository.ts';

export interface SnapshotCaps {
  readonly fileBytes: number;
  /** Of all uncommitted files together. */
  readonly uncommittedBytes: number;
  readonly uncommittedFiles: number;
}

export const snapshotCaps: SnapshotCaps = {
  fileBytes: 50 * 1024 * 1024,
  uncommittedBytes: 256 * 1024 * 1024,
  uncommittedFiles: 50_000,
};

/** An uncommitted file as it stands in the working tree. */
export interface WorkingFile {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'special' | 'unreadable' | 'nested-repository' | 'missing';
  /** Bytes; 0 where there is no content. */
  readonly size: number;
  /** Git's mode for it. */
  readonly mode: '100644' | '100755' | '120000';
  /** Of a link. */
  readonly target?: string;
}

export interface SnapshotPlan {
  /** Their content replaces or adds the path in the tree. */
  readonly taken: readonly WorkingFile[];
  /** Paths that the tree must not hold: deleted by the user, or excluded. */
  readonly dropped: readonly string[];
  readonly excluded: readonly ExcludedFile[];
}

/** Decides which uncommitted files enter a snapshot, in the order of their paths until the total is reached. Reads nothing. */
export function planSnapshot(working: readonly WorkingFile[], caps: SnapshotCaps = snapshotCaps): SnapshotPlan {
  const taken: WorkingFile[] = [];
  const dropped: string[] = [];
  const excluded: ExcludedFile[] = [];
  let bytes = 0;
  for (const file of working.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    // What a killed apply left is nothing of the user's: it stays out, and nobody needs to hear of it.
    const absent = file.kind === 'missing' || isApplyTemporary(file.path);
    const reason = absent ? undefined : exclusion(file, { files: taken.length, bytes }, caps);
    if (reason === undefined && !absent) {
      taken.push(file);
      bytes += file.size;
    } else {
      dropped.push(file.path);
    }
    if (reason !== undefined) {
      excluded.push({ path: file.path, reason });
    }
  }
  return { taken, dropped, excluded };
}

function exclusion(
  file: WorkingFile,
  so: { readonly files: number; readonly bytes: number },
  caps: SnapshotCaps,
): ExcludedFile['reason'] | undefined {
  if (file.kind === 'special' || file.kind === 'unreadable' || file.kind === 'nested-repository') {
    return file.kind;
  }
  if (isSecretFile(file.path)) {
    return 'secret';
  }
  if (file.kind === 'link') {
    return leavesTree(file.path, file.target ?? '') ? 'link-outside' : undefined;
  }
  if (file.size > caps.fileBytes) {
    return 'too-large';
  }
  const over = so.bytes + file.size > caps.uncommittedBytes || so.files >= caps.uncommittedFiles;
  return over ? 'over-total' : undefined;
}
