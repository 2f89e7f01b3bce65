import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const found = new Map<string, string>();

/**
 * The entries of a PATH that name one place whatever folder a program is started in. An empty or relative entry is the folder of
 * somebody's repository.
 */
export function absoluteEntries(path: string): readonly string[] {
  return path.split(delimiter).filter((entry) => isAbsolute(entry));
}

/** The absolute path of Git, looked up once for each PATH; undefined when no absolute entry holds it. */
export function findGit(path: string = process.env['PATH'] ?? ''): string | undefined {
  const known = found.get(path);
  if (known !== undefined) {
    return known;
  }
  const name = process.platform === 'win32' ? 'git.exe' : 'git';
  const program = absoluteEntries(path)
    .map((entry) => join(entry, name))
    .find(isProgram);
  if (program !== undefined) {
    found.set(path, program);
  }
  return program;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Not there, or not ours to run: the next entry may have it.
    return false;
  }
}
