import { foldPath } from './pathFold.ts';

/** What the rules need to know of the tree that a change lands on. */
export interface TreeView {
  /** The file at exactly this path. */
  hasFile(path: string): boolean;
  /** A directory at exactly this path. */
  hasDirectory(path: string): boolean;
  /**
   * Another spelling in the tree (file or directory) that some file system takes for a name which the path adds; undefined when
   * none is. Names that are in the tree as written add nothing.
   */
  otherSpelling(path: string): string | undefined;
}

/** The names of a tree, files and directories, findable by fold; changed one file at a time as changes are let through. */
export class TreePaths implements TreeView {
  private readonly files = new Set<string>();
  /** Directory to the number of files anywhere below it. */
  private readonly directories = new Map<string, number>();
  /** Fold to the spellings in use, files and directories. */
  private readonly spellings = new Map<string, Set<string>>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) {
      this.add(path);
    }
  }

  hasFile(path: string): boolean {
    return this.files.has(path);
  }

  hasDirectory(path: string): boolean {
    return this.directories.has(path);
  }

  otherSpelling(path: string): string | undefined {
    for (const name of [...parents(path), path]) {
      if (this.files.has(name) || this.directories.has(name)) {
        continue;
      }
      for (const spelling of this.spellings.get(foldPath(name)) ?? []) {
        if (spelling !== name) {
          return spelling;
        }
      }
    }
    return undefined;
  }

  add(path: string): void {
    if (this.files.has(path)) {
      return;
    }
    this.files.add(path);
    this.spell(path);
    for (const directory of parents(path)) {
      const count = this.directories.get(directory) ?? 0;
      this.directories.set(directory, count + 1);
      if (count === 0) {
        this.spell(directory);
      }
    }
  }

  remove(path: string): void {
    if (!this.files.delete(path)) {
      return;
    }
    this.unspell(path);
    for (const directory of parents(path)) {
      const count = (this.directories.get(directory) ?? 1) - 1;
      if (count > 0) {
        this.directories.set(directory, count);
      } else {
        this.directories.delete(directory);
        this.unspell(directory);
      }
    }
  }

  private spell(name: string): void {
    const fold = foldPath(name);
    const names = this.spellings.get(fold);
    if (names === undefined) {
      this.spellings.set(fold, new Set([name]));
    } else {
      names.add(name);
    }
  }

  /** A name may still be in use as a directory when its file goes, and the other way round. */
  private unspell(name: string): void {
    if (this.files.has(name) || this.directories.has(name)) {
      return;
    }
    const fold = foldPath(name);
    const names = this.spellings.get(fold);
    names?.delete(name);
    if (names?.size === 0) {
      this.spellings.delete(fold);
    }
  }
}

/** `a/b/c` gives `a`, `a/b`. */
export function parents(path: string): string[] {
  const found: string[] = [];
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    found.push(path.slice(0, slash));
  }
  return found;
}
