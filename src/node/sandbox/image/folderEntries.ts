import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { type FileEntry, type ImageEntry, imagePath } from './imageEntry.ts';

export interface FolderOptions {
  /** Where the folder goes; the same place as on the host unless said. */
  readonly at?: string;
  /** Answers true for a path, relative to the folder, that stays out together with all below it. */
  readonly skip?: (path: string) => boolean;
  /** Keep modification times (Python refuses a compiled file whose source has another time). */
  readonly keepTimes?: boolean;
}

/** Everything below a folder of the host. Links that leave the folder become the file they point at; broken ones stay out. */
export async function folderEntries(folder: string, options: FolderOptions = {}): Promise<ImageEntry[]> {
  const at = options.at ?? imagePath(folder);
  const entries: ImageEntry[] = [];
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const item of names) {
    const source = join(item.parentPath, item.name);
    const path = source.slice(folder.length + 1);
    if (isSkipped(path, options.skip)) {
      continue;
    }
    if (item.isFile()) {
      entries.push(await fileEntry(source, { at: join(at, path), keepTime: options.keepTimes === true }));
    } else if (item.isSymbolicLink()) {
      entries.push(...(await linkEntries(source, folder, join(at, path))));
    }
  }
  return entries;
}

/** One file of the host with the rights that everybody has, so that a private file mode does not reach the image. */
export async function fileEntry(
  source: string,
  options: { readonly at?: string; readonly keepTime?: boolean } = {},
): Promise<FileEntry> {
  const { size, mode, mtimeMs } = await stat(source);
  return {
    kind: 'file',
    path: options.at ?? imagePath(source),
    mode: (mode & 0o111) === 0 ? 0o644 : 0o755,
    source: await realpath(source),
    size,
    modified: options.keepTime === true ? Math.floor(mtimeMs / 1000) : 0,
  };
}

function isSkipped(path: string, skip: ((path: string) => boolean) | undefined): boolean {
  if (skip === undefined) {
    return false;
  }
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    if (skip(path.slice(0, end))) {
      return true;
    }
  }
  return skip(path);
}

async function linkEntries(source: string, folder: string, at: string): Promise<ImageEntry[]> {
  const target = await readlink(source);
  const pointsAt = resolve(dirname(source), target);
  if (!target.startsWith('/') && pointsAt.startsWith(`${folder}/`)) {
    return [{ kind: 'symlink', path: at, target }];
  }
  try {
    const real = await realpath(source);
    return (await lstat(real)).isFile() ? [await fileEntry(real, { at })] : [];
  } catch {
    return [];
  }
}
