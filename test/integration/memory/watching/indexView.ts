import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceChanges, SourceWatcher } from '../../../../src/core/memory/sourceWatcher.ts';
import type { SkipReason } from '../../../../src/protocol/memory.ts';
import { createSourceWatcher, type SourceWatcherOptions } from '../../../../src/node/memory/watching/sourceWatcher.ts';

export interface Known {
  readonly bytes: number;
  readonly modified: number;
}

/** An index that holds what it was told: the content that each file had when it was told. */
export class IndexView {
  readonly watcher: SourceWatcher;
  readonly texts = new Map<string, string>();
  readonly known = new Map<string, Known>();
  readonly skipped = new Map<string, SkipReason>();
  readonly batches: SourceChanges[] = [];
  private readonly root: string;
  private readonly waiting = new Set<() => void>();

  constructor(options: SourceWatcherOptions) {
    this.root = options.root;
    this.watcher = createSourceWatcher(options);
    this.watcher.onChanges(async (changes) => this.take(changes));
  }

  get paths(): string[] {
    return [...this.texts.keys()].toSorted();
  }

  get heads(): string[] {
    return this.batches.flatMap(({ head }) => (head === undefined ? [] : [head]));
  }

  /** Resolves as soon as it holds; asked after every batch, and now and then. */
  async until(what: string, holds: () => boolean): Promise<void> {
    const end = Date.now() + 30_000;
    while (!holds()) {
      if (Date.now() > end) {
        throw new Error(
          `It never came: ${what}. Indexed: ${this.paths.slice(0, 30).join(', ')}. Status: ${JSON.stringify(this.watcher.status())}. ` +
            `Batches: ${JSON.stringify(this.batches.slice(-5)).slice(0, 2000)}`,
        );
      }
      await new Promise<void>((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          this.waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, 25);
        this.waiting.add(go);
      });
    }
  }

  private take(changes: SourceChanges): void {
    this.batches.push(changes);
    for (const path of changes.removed) {
      this.texts.delete(path);
      this.known.delete(path);
      this.skipped.delete(path);
    }
    for (const { path, reason } of changes.skipped) {
      this.texts.delete(path);
      this.known.delete(path);
      this.skipped.set(path, reason);
    }
    for (const { path, bytes, modified } of changes.changed) {
      this.skipped.delete(path);
      this.known.set(path, { bytes, modified });
      try {
        this.texts.set(path, readFileSync(join(this.root, path), 'utf8'));
      } catch {
        // Gone again: that is told next.
        this.texts.set(path, '');
      }
    }
    for (const go of this.waiting) {
      go();
    }
  }
}
