import { lstatSync, readdirSync } from 'node:fs';

export interface WalkedFile {
  readonly path: string;
  readonly absolute: string;
  readonly size: number;
}

/** Directories of other people's code: entered only when they are asked for by name. */
const dependencyDirectory = 'node_modules';

/** Regular files below a directory in a stable order, directories before their later siblings; links are not followed. */
export function* walkFiles(root: string, directory: string): Generator<WalkedFile> {
  const asked = directory.split('/').includes(dependencyDirectory);
  const entries = readdirSync(`${root}/${directory}`, { withFileTypes: true });
  entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  for (const entry of entries) {
    const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (entry.name.toLowerCase() === '.git' || (entry.name === dependencyDirectory && !asked)) {
      continue;
    }
    if (entry.isDirectory()) {
      yield* walkFiles(root, path);
    } else if (entry.isFile()) {
      const absolute = `${root}/${path}`;
      const stats = lstatSync(absolute, { throwIfNoEntry: false });
      if (stats?.isFile()) {
        yield { path, absolute, size: stats.size };
      }
    }
  }
}
