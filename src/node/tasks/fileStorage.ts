import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorText, failure, type Failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { StorageSource, StoredItem } from '../../core/sandbox/housekeeping.ts';
import { isMissing } from './ioErrors.ts';
import { isTaskId } from './taskFiles.ts';

export interface FileStorageOptions {
  /** Folders of a workspace. */
  readonly tasks: string;
  readonly heads: string;
  readonly work: string;
  readonly lock: string;
}

/** What processes that are gone had not finished to write. Traces stay, and so do their payloads: without them no trace verifies. */
export function fileStorage(options: FileStorageOptions): StorageSource {
  const { tasks, heads, work, lock } = options;

  async function list(): Promise<readonly StoredItem[]> {
    const names = (await entries(tasks)).filter(isTaskId);
    const unfinished = await Promise.all(names.map((task) => temporaries(join(tasks, task, 'artifacts'), /^\.tmp-/)));
    return [
      ...unfinished.flat(),
      ...(await temporaries(work, /^work-/)),
      ...(await temporaries(heads, /\.tmp$/)),
      ...(await temporaries(lock, /^draft\./)),
    ];
  }

  async function remove(item: StoredItem): Promise<Result<void, Failure>> {
    try {
      await rm(item.id, { recursive: true, force: true });
      return ok(undefined);
    } catch (error) {
      return fail(failure('io', `${item.id} cannot be removed: ${errorText(error)}.`));
    }
  }

  return {
    classes: ['temporary'],
    async list() {
      try {
        return ok(await list());
      } catch (error) {
        return fail(failure('io', `The state of the workspace cannot be read: ${errorText(error)}.`));
      }
    },
    remove,
  };
}

async function temporaries(folder: string, pattern: RegExp): Promise<readonly StoredItem[]> {
  const names = (await entries(folder)).filter((name) => pattern.test(name));
  return Promise.all(
    names.map(async (name): Promise<StoredItem> => {
      const path = join(folder, name);
      const { bytes, newest } = await measure(path);
      return { class: 'temporary', id: path, name: `${basename(folder)}/${name}`, bytes, usedAt: newest };
    }),
  );
}

/** Bytes of all files below a path, links not followed, and when one was written last. What goes meanwhile counts nothing. */
export async function measure(path: string): Promise<{ readonly bytes: number; readonly newest: number }> {
  try {
    const stats = await lstat(path);
    if (!stats.isDirectory()) {
      return { bytes: stats.size, newest: stats.mtimeMs };
    }
    let bytes = 0;
    let newest = stats.mtimeMs;
    for (const name of await entries(path)) {
      const inside = await measure(join(path, name));
      bytes += inside.bytes;
      newest = Math.max(newest, inside.newest);
    }
    return { bytes, newest };
  } catch (error) {
    if (isMissing(error)) {
      return { bytes: 0, newest: 0 };
    }
    throw error;
  }
}

async function entries(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) {
      return [];
    }
    throw error;
  }
}
