import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { IgnoreRules } from '../../../core/memory/watching/ignoreRules.ts';
import type { ListedPath } from './gitTruth.ts';

/** Folders that no tool takes for sources; where Git is asked, it is told to leave them out by nearly everybody. */
const neverSources = new Set(['.git', '.hg', '.svn', '.jj', 'node_modules']);

/** What is below a folder of a root that is in no repository, as gitignore files in it say; `''` is the root. */
export function* listFolder(root: string, from: string, rules: IgnoreRules): Iterable<ListedPath> {
  const waiting = [from];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of entriesOf(join(root, folder))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const directory = entry.isDirectory();
      if (neverSources.has(entry.name) || rules.ignores(path, directory)) {
        continue;
      }
      if (directory && isRepository(root, path)) {
        yield { path, kind: 'repository' };
      } else if (directory) {
        waiting.push(path);
      } else {
        yield { path, kind: 'file' };
      }
    }
  }
}

/** True for a folder with a repository of its own. */
export function isRepository(root: string, folder: string): boolean {
  return existsSync(join(root, folder, '.git'));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Gone, or closed to us: there is nothing in it to index.
    return [];
  }
}
