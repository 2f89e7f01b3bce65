/** One member of an image's file system. Paths are relative to the root, without a leading slash. */
export type ImageEntry = DirectoryEntry | SymlinkEntry | TextEntry | FileEntry;

interface EntryBase {
  readonly path: string;
}

export interface DirectoryEntry extends EntryBase {
  readonly kind: 'directory';
  readonly mode: number;
}

export interface SymlinkEntry extends EntryBase {
  readonly kind: 'symlink';
  readonly target: string;
}

export interface TextEntry extends EntryBase {
  readonly kind: 'text';
  readonly mode: number;
  readonly text: string;
}

/** A file of the host whose bytes are copied when the archive is written. */
export interface FileEntry extends EntryBase {
  readonly kind: 'file';
  readonly mode: number;
  readonly source: string;
  readonly size: number;
  /** Seconds since 1970. Kept only where a tool compares it, as Python does with its compiled files; 0 otherwise. */
  readonly modified: number;
}

const directoryMode = 0o755;

/** Later entries replace earlier ones of the same path; parents that nobody named are added; the order is by path. */
export function completeTree(entries: Iterable<ImageEntry>): readonly ImageEntry[] {
  const tree = new Map<string, ImageEntry>();
  for (const entry of entries) {
    tree.set(entry.path, entry);
  }
  for (const { path } of tree.values()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = path.slice(0, end);
      if (!tree.has(parent)) {
        tree.set(parent, { kind: 'directory', path: parent, mode: directoryMode });
      }
    }
  }
  return [...tree.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a file of the host lives in the image: the image has the merged /usr layout even when the host has not. */
export function imagePath(hostPath: string): string {
  const path = hostPath.replace(/^\/+/, '');
  return /^(bin|sbin|lib|lib32|lib64)\//.test(path) ? `usr/${path}` : path;
}
