import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { diskFailure, type FetchFailure } from './fetchFailure.ts';

/** Where a model is put together before it is moved into its place in one step. */
export interface ModelPlace {
  readonly staging: string;
  readonly folder: string;
}

/** Not a name that a model can have. */
const stagingFolder = '.incoming';

export function placeOf(directory: string, name: string): ModelPlace {
  return {
    staging: join(directory, stagingFolder, name.replace('/', '--')),
    folder: join(directory, ...name.split('/')),
  };
}

/** Runs `work` as the only one that puts this model together. A process that died in the middle does not hold it up. */
export async function withPlace<T>(
  place: ModelPlace,
  work: () => Promise<Result<T, FetchFailure>>,
): Promise<Result<T, FetchFailure>> {
  const lock = `${place.staging}.lock`;
  try {
    await mkdir(place.staging, { recursive: true });
    if (!(await takeLock(lock))) {
      return fail(
        failure('busy', `Another process is putting the model in ${place.folder} in place; wait for its end.`),
      );
    }
  } catch (error) {
    return fail(diskFailure(error, place.staging));
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      const file = await open(lock, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw error;
      }
      const owner = Number(await readFile(lock, 'utf8').catch(() => '0'));
      if (owner > 0 && isAlive(owner)) {
        return false;
      }
      await rm(lock, { force: true });
    }
  }
  return false;
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Puts what was put together in the place of what is there; that is gone only when the new one is in place. */
export async function moveIntoPlace({ staging, folder }: ModelPlace): Promise<Result<void, FetchFailure>> {
  const old = `${staging}.old`;
  try {
    await mkdir(dirname(folder), { recursive: true });
    await rm(old, { recursive: true, force: true });
    await rename(folder, old).catch(() => undefined);
    await rename(staging, folder);
    await rm(old, { recursive: true, force: true });
    return ok(undefined);
  } catch (error) {
    return fail(diskFailure(error, folder));
  }
}
