import { matchesGlob } from '../../repository/pathGlob.ts';
import { parentOf } from './ignoreRules.ts';

/** Whether a path, or a folder that it is in, fits one of the globs that the user excluded. Folders are remembered. */
export function createExclusion(globs: readonly string[]): (path: string) => boolean {
  const folders = new Map<string, boolean>([['', false]]);
  // As editors write it: `dist/**` and `dist/` mean the folder itself.
  const patterns = globs.map((glob) => glob.trim().replace(/\/(\*\*)?$/, '')).filter((glob) => glob !== '');
  const fits = (path: string): boolean => patterns.some((glob) => matchesGlob(path, glob));
  const folderExcluded = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) {
      return known;
    }
    const excluded = folderExcluded(parentOf(folder)) || fits(folder);
    folders.set(folder, excluded);
    return excluded;
  };
  return (path) => patterns.length > 0 && (folderExcluded(parentOf(path)) || fits(path));
}
