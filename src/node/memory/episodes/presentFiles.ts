import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { refusedByName } from '../../../core/policy/refusedPaths.ts';
import type { PresentFile, PresentFiles } from '../../../core/memory/episodes/judgeStanding.ts';

/** Bytes; nothing is said of a file that has grown over it. */
const mostBytes = 16 * 1024 * 1024;

/** Files of the working tree at `root` as they are now. What is no plain file, is too large or cannot be read is left out. */
export async function presentFiles(
  root: string,
  paths: readonly string[],
  objectFormat: 'sha1' | 'sha256',
): Promise<PresentFiles> {
  const found = new Map<string, PresentFile | null>();
  for (const path of new Set(paths)) {
    if (refusedByName(path, true) === undefined) {
      const file = await presentFile(join(root, path), objectFormat);
      if (file !== undefined) {
        found.set(path, file);
      }
    }
  }
  return found;
}

async function presentFile(path: string, objectFormat: 'sha1' | 'sha256'): Promise<PresentFile | null | undefined> {
  try {
    const stats = await lstat(path);
    if (!stats.isFile() || stats.size > mostBytes) {
      return undefined;
    }
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      const bytes = await handle.readFile();
      const unix = bytes.includes('\r\n')
        ? Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
        : bytes;
      const ids = [...new Set([bytes, unix])].map((content) => objectId(content, objectFormat));
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), ids };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return isGone(error) ? null : undefined;
  }
}

/** The name that Git gives a file's content. */
function objectId(content: Uint8Array, format: 'sha1' | 'sha256'): string {
  return createHash(format).update(`blob ${content.byteLength}\0`).update(content).digest('hex');
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
