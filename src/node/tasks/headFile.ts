import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { chainStart, type Checkpoint } from '../../core/trace/hashChain.ts';
import { isMissing } from './ioErrors.ts';
import { syncFolder } from './syncFolder.ts';

/** The head of a trace that has no line yet. */
const begun: Checkpoint = { seq: -1, hash: chainStart };

const headSchema = z.object({ seq: z.int().min(begun.seq), hash: z.string().length(64) });

/**
 * Where a trace had come to when it was last synced, kept apart from it so that a cut is found. It may be behind the trace
 * after a power cut, never ahead of it; unreadable counts as not there.
 */
export async function readHead(path: string): Promise<Checkpoint | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw error;
  }
  try {
    const parsed = headSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a head for a trace that is about to be made, so that no trace is ever without one. Throws what the file system throws. */
export async function beginHead(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeHead(path, begun);
  await syncFolder(dirname(path));
}

/**
 * Replaces the file in one step; after a power cut it is the old one or the new one, never an empty one. Throws what the file
 * system throws.
 */
export async function writeHead(path: string, { seq, hash }: Checkpoint): Promise<void> {
  const temporary = temporaryOf(path);
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify({ seq, hash })}\n`);
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
