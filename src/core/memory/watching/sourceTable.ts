import type { SkipReason } from '../../../protocol/memory.ts';
import { parentOf } from './ignoreRules.ts';

/** A file as it was when it was told. Milliseconds. */
export interface SeenFile {
  readonly bytes: number;
  readonly modified: number;
  /** When the file system changed anything of it, which no program can set; undefined where it was not looked at yet. */
  readonly changed?: number;
}

/** What was told of every path: those that are indexed, those that are not, and the folders that they are in. */
export class SourceTable {
  readonly files = new Map<string, SeenFile>();
  readonly skipped = new Map<string, SkipReason>();
  /** How many paths and folders stand directly in it. */
  private readonly folders = new Map<string, number>();

  has(path: string): boolean {
    return this.files.has(path) || this.skipped.has(path);
  }

  hasFolder(folder: string): boolean {
    return folder === '' || this.folders.has(folder);
  }

  set(path: string, seen: SeenFile): void {
    this.enter(path);
    this.skipped.delete(path);
    this.files.set(path, seen);
  }

  skip(path: string, reason: SkipReason): void {
    this.enter(path);
    this.files.delete(path);
    this.skipped.set(path, reason);
  }

  delete(path: string): void {
    if (this.files.delete(path) || this.skipped.delete(path)) {
      this.leave(path);
    }
  }

  *paths(): Iterable<string> {
    yield* this.files.keys();
    yield* this.skipped.keys();
  }

  /** Everything below these folders. Looks at all paths. */
  below(folders: ReadonlySet<string>): string[] {
    const found: string[] = [];
    for (const path of this.paths()) {
      for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
        if (folders.has(folder)) {
          found.push(path);
          break;
        }
      }
    }
    return found;
  }

  private enter(path: string): void {
    let inside = this.has(path) ? '' : parentOf(path);
    while (inside !== '') {
      const count = this.folders.get(inside) ?? 0;
      this.folders.set(inside, count + 1);
      inside = count === 0 ? parentOf(inside) : '';
    }
  }

  private leave(path: string): void {
    let inside = parentOf(path);
    while (inside !== '') {
      const count = (this.folders.get(inside) ?? 1) - 1;
      if (count > 0) {
        this.folders.set(inside, count);
        return;
      }
      this.folders.delete(inside);
      inside = parentOf(inside);
    }
  }
}
