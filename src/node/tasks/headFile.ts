import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Checkpoint } from '../../core/trace/hashChain.ts';
import { isMissing } from './ioErrors.ts';

const headSchema = z.object({ seq: z.int().nonnegative(), hash: z.string().length(64) });

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

/** Replaces the file in one step. Throws what the file system throws. */
export async function writeHead(path: string, { seq, hash }: Checkpoint): Promise<void> {
  const text = `${JSON.stringify({ seq, hash })}\n`;
  const temporary = `${path}.tmp`;
  try {
    await writeFile(temporary, text, { mode: 0o600 });
  } catch (error) {
    if (!isMissing(error)) {
      throw error;
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(temporary, text, { mode: 0o600 });
  }
  await rename(temporary, path);
}
