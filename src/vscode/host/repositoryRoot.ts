import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * The nearest folder at or above `path` that is a git working tree (`.git` is a folder, or a file in a linked tree);
 * undefined when there is none. Links in the path stay as they are, so that the editor's own paths lie below it. Runs no
 * git: the agent host judges the repository itself.
 */
export async function findRepositoryRoot(path: string): Promise<string | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await access(join(folder, '.git')).then(
      () => true,
      () => false,
    );
    if (found) {
      return folder;
    }
    if (folder === dirname(folder)) {
      return undefined;
    }
  }
}
