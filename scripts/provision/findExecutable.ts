import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** System administration tools live here, and the PATH of an ordinary shell may leave it out. */
const systemFolders = ['/usr/sbin', '/sbin'];

/** The first executable file of one of these names on PATH or in the system's own folders. */
export function findExecutable(...names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders].filter(Boolean);
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutableFile);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
