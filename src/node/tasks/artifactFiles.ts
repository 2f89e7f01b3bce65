import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './ioErrors.ts';
import { sha256 } from './sha256.ts';

const unfinished = '.tmp-';
const hashName = /^[0-9a-f]{64}$/;

/** Keeps bytes under their hash; the file is whole or not there. Throws what the file system throws. */
export async function putArtifactFile(folder: string, bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
  const hash = sha256(bytes);
  const kept = { sha256: hash, bytes: bytes.length };
  if ((await getArtifactFile(folder, hash)).kind === 'whole') {
    return kept;
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${unfinished}${randomUUID()}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, join(folder, hash));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return kept;
}

/** `missing`: never kept, or removed; `altered`: no longer what its hash says. */
export type KeptArtifact =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array }
  | { readonly kind: 'missing' | 'altered' };

export async function getArtifactFile(folder: string, hash: string): Promise<KeptArtifact> {
  if (!hashName.test(hash)) {
    return { kind: 'missing' };
  }
  try {
    const bytes = await readFile(join(folder, hash));
    return sha256(bytes) === hash ? { kind: 'whole', bytes } : { kind: 'altered' };
  } catch (error) {
    if (isMissing(error)) {
      return { kind: 'missing' };
    }
    throw error;
  }
}

/** Removes what a killed process had not finished to write. For the one writer of the folder only. */
export async function removeUnfinishedArtifacts(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isMissing(error)) {
      return;
    }
    throw error;
  }
  for (const name of names.filter((name) => name.startsWith(unfinished))) {
    await rm(join(folder, name), { force: true });
  }
}
