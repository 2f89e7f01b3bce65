import type { SourceChanges, SourceFile } from '../sourceWatcher.ts';
import type { SkipReason } from '../../../protocol/memory.ts';

/** Paths in one telling: what a consumer can take in without keeping others waiting. */
export const batchPaths = 500;

/** Collects what is to be told; a path stands in one of the lists only, as it was judged last. */
export class ChangeBatch {
  private readonly items = new Map<string, SourceFile | SkipReason | 'removed'>();

  get size(): number {
    return this.items.size;
  }

  changed(file: SourceFile): void {
    this.items.set(file.path, file);
  }

  skipped(path: string, reason: SkipReason): void {
    this.items.set(path, reason);
  }

  removed(path: string): void {
    this.items.set(path, 'removed');
  }

  /** Empties it. */
  take(complete: boolean, head: string | undefined): SourceChanges {
    const changed: SourceFile[] = [];
    const removed: string[] = [];
    const skipped: { path: string; reason: SkipReason }[] = [];
    for (const [path, what] of this.items) {
      if (what === 'removed') {
        removed.push(path);
      } else if (typeof what === 'string') {
        skipped.push({ path, reason: what });
      } else {
        changed.push(what);
      }
    }
    this.items.clear();
    return { changed, removed, skipped, complete, ...(head === undefined ? {} : { head }) };
  }
}
