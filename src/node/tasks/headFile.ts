import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isMissing } from './ioErrors.ts';
import { syncFolder } from '../repository/syncFolder.ts';

/**
 * The signed checkpoint of a trace, kept apart from it: where the trace had come to when it was last synced, so that a cut or a
 * whole rewrite is found. It may be behind the trace after a power cut, never ahead of it. Undefined where there is none.
 */
export async function readHead(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

/** Keeps a checkpoint for a trace that is about to be made, so that no trace is ever without one. Throws what the file system throws. */
export async function beginHead(path: string, note: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeHead(path, note);
  await syncFolder(dirname(path));
}

/**
 * Replaces the file in one step; after a power cut it is the old one or the new one, never an empty one. Throws what the file
 * system throws.
 */
export async function writeHead(path: string, note: string): Promise<void> {
  const temporary = temporaryOf(path);
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(note);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

/** Removes a head, also one that was only being written. Throws what the file system throws. */
export async function removeHead(path: string): Promise<void> {
  await rm(temporaryOf(path), { force: true });
  await rm(path, { force: true });
}

function temporaryOf(path: string): string {
  return `${path}.tmp`;
}
