import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { RepositoryFailure } from '../../core/repository/repository.ts';
import type { GitStore } from './gitStore.ts';
import { hashFiles } from './hashFiles.ts';
import { keepTree } from './keepTree.ts';

/**
 * Writes contents into the store as they are and names a flat tree of them, which is packed and synced. Answers an object id for
 * each. No name in that tree is of a file of the user's.
 */
export async function keepBlobs(
  store: GitStore,
  name: string,
  blobs: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<Result<readonly string[], RepositoryFailure>> {
  const directory = await store.makeWorkDirectory();
  try {
    const files: string[] = [];
    for (const bytes of blobs) {
      const file = join(directory, `content-${files.length}`);
      await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
      files.push(file);
    }
    const hashed = await hashFiles(store, files, signal);
    if (!hashed.ok) {
      return hashed;
    }
    const ids = hashed.value.flatMap((id) => id ?? []);
    if (ids.length !== blobs.length) {
      return fail(failure('io', 'What is written over could not be kept. Free space, and try again.'));
    }
    const different = [...new Set(ids)];
    const entries = different.map((id) => `100644 blob ${id}\t${id}\n`);
    const made = await store.run({ arguments: ['mktree'], input: Buffer.from(entries.join(''), 'latin1') }, signal);
    if (!made.ok) {
      return made;
    }
    const tree = made.value.stdout.toString('latin1').trim();
    const kept = await keepTree(store, name, tree, signal, different);
    return kept.ok ? ok(ids) : kept;
  } catch (error) {
    const message = `What is written over could not be kept (${errorText(error)}). Free space, and try again.`;
    return fail(failure('io', message));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
