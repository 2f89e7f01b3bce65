import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import { writeWhole } from '../../repository/writeWhole.ts';
import type { FetchFailure } from './fetchFailure.ts';

const fileSchema = z.object({ version: z.literal(1), digests: z.record(z.string(), z.string()) });

/** What the files of a model had for digests when they were fetched first: SHA-256 by `NAME@REVISION/PATH`. */
export type KnownDigests = Readonly<Record<string, string>>;

/** Not a name that a model can have. */
const digestsFolder = '.digests';

/** A file for each model: whoever puts one in place is the only one to do so, and needs no other lock. */
export function digestsPath(directory: string, name: string): string {
  return join(directory, digestsFolder, `${name.replace('/', '--')}.json`);
}

/** Empty where nothing was fetched yet. A file that is not as it was written is no reason to trust whatever comes next. */
export async function readKnownDigests(path: string): Promise<Result<KnownDigests, FetchFailure>> {
  try {
    return ok(fileSchema.parse(JSON.parse(await readFile(path, 'utf8'))).digests);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return ok({});
    }
    const why = error instanceof z.ZodError ? 'it is of another form' : errorText(error);
    const wayOut = 'put it back, or remove it to trust the next download';
    return fail(failure('failed', `The digests of the first download in ${path} cannot be read (${why}); ${wayOut}.`));
  }
}

/** Throws what the file system throws. */
export async function writeKnownDigests(path: string, digests: KnownDigests): Promise<void> {
  await writeWhole(path, JSON.stringify({ version: 1, digests }, undefined, 2));
}
