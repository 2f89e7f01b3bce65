import type { OpenIndex } from './openIndex.ts';

type Stores = Pick<OpenIndex, 'files' | 'commits' | 'graphStore'>;

/** The path and all below it of which something is kept: by now, or in the history. Call it inside `MemoryDatabase.read`. */
export function keptWithin({ files, commits, graphStore }: Stores, path: string): readonly string[] {
  const stores = [files, commits, graphStore];
  return [...new Set(stores.flatMap((store) => store.pathsWithin(path)))];
}

/** Removes it from all of them, and keeps it away. Call it inside `MemoryDatabase.write`. */
export function forgetPath({ files, commits, graphStore }: Stores, path: string): void {
  for (const store of [commits, graphStore, files]) {
    store.forgetPath(path);
  }
}
