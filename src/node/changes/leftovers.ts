import { lstat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusedByName } from '../../core/policy/refusedPaths.ts';
import { applyTemporaryName, isApplyKey } from '../../core/repository/applyTemporary.ts';

/** Removes the temporary files that an apply of this key can have left beside these paths of the tree at `root`. */
export async function removeLeftovers(root: string, key: string, paths: readonly string[]): Promise<void> {
  if (!isApplyKey(key)) {
    return;
  }
  const safe = paths.filter((path) => refusedByName(path, true) === undefined);
  for (const folder of new Set(safe.map((path) => dirname(path)))) {
    await removePlainFile(root, join(folder, applyTemporaryName(key)));
  }
}

/** Best effort: a name that leads over a link, to something else than a file, or to what may not be removed, is left alone. */
async function removePlainFile(root: string, path: string): Promise<void> {
  try {
    let folder = root;
    for (const segment of dirname(path).split(/[/\\]/)) {
      folder = join(folder, segment);
      if (!(await lstat(folder)).isDirectory()) {
        return;
      }
    }
    const file = join(root, path);
    if ((await lstat(file)).isFile()) {
      await unlink(file);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) {
      throw error;
    }
  }
}
