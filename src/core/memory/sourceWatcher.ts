import type { SkipReason } from '../../protocol/memory.ts';
/** A file that can be indexed. Paths are relative to the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds. */
  readonly modified: number;
}

/** To the question for one path, which may not be there at all. */
export type SkipAnswer = SkipReason | 'missing';

/**
 * What the repository holds now, against what the index holds: told in batches, each as small as a save or as big as a checkout.
 * A path stands in one of the lists. One that is skipped is in the index no longer, as one that is removed; a removed one may be
 * one that was skipped.
 */
export interface SourceChanges {
  /** New or with other content. */
  readonly changed: readonly SourceFile[];
  readonly removed: readonly string[];
  readonly skipped: readonly { readonly path: string; readonly reason: SkipReason }[];
  /** The commit that is checked out, where it is another one than before. */
  readonly head?: string;
  /** Nothing is known to be left: the first batch that says so ends the first scan. */
  readonly complete: boolean;
}

export interface WatcherStatus {
  readonly by: 'chokidar' | 'window' | 'none';
  readonly files: number;
  /** Why changes are not seen as they happen, in words for a person. */
  readonly problem?: string;
}

/**
 * Tells what changed in one root. `known` is what the index has of each path; so a restart tells only the
 * difference. Events of the file system are hints: before a path is told, it is looked at.
 */
export interface SourceWatcher {
  onChanges(listener: (changes: SourceChanges) => Promise<void>): void;
  /** Looks at everything once, then follows; kept when everything was told. */
  start(known: ReadonlyMap<string, { readonly bytes: number; readonly modified: number }>): Promise<void>;
  /** Paths that somebody else saw change: an open window, an agent's accepted patch. Files and folders. */
  hint(paths: readonly string[]): void;
  /** Files that hold all of these texts, in capitals or not, whether they were told or not: at most so many, and none where nobody can say. */
  search(texts: readonly string[], most: number, signal: AbortSignal): Promise<readonly string[]>;
  /** Why a path is not indexed; undefined where it is. */
  explain(path: string): Promise<SkipAnswer | undefined>;
  status(): WatcherStatus;
  /** Whether an open window tells by `hint` what changes; when it goes away, the tree is watched here. */
  setWindowWatches(windowWatches: boolean): void;
  close(): Promise<void>;
}
