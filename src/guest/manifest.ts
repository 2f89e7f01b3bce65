import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';

export type TreeMode = '100644' | '100755' | '120000';

/** A file as it was uploaded. `stamp` tells a file that nobody touched without reading it. */
export interface ManifestEntry {
  readonly mode: TreeMode;
  readonly sha256: string;
  readonly stamp: string;
}

/** The uploaded tree by path. */
export type Manifest = Map<string, ManifestEntry>;

/** Changes whenever a file is written, replaced or re-moded: the change time cannot be set by any program. */
export function stampOf(stats: Stats): string {
  return `${stats.ino}:${stats.size}:${stats.mode}:${stats.mtimeMs}:${stats.ctimeMs}`;
}

export function treeMode(stats: Stats): TreeMode {
  return stats.isSymbolicLink() ? '120000' : (stats.mode & 0o100) === 0 ? '100644' : '100755';
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
