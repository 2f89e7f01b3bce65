import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { errorText, type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { writeWhole } from '../node/repository/writeWhole.ts';

const forgottenSchema = z.array(z.string());

/**
 * Paths that a person had forgotten, in a file of their own: the database can be thrown away and made anew, and this cannot. Where it
 * cannot be read nothing is indexed, since what was to stay out is not known.
 */
export async function readForgotten(directory: string): Promise<Result<readonly string[], Failure>> {
  const path = fileIn(directory);
  try {
    return ok(forgottenSchema.parse(JSON.parse(await readFile(path, 'utf8'))));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return ok([]);
    }
    const why = error instanceof z.ZodError ? 'it is of another form' : errorText(error);
    const message = `${path} cannot be read (${why}), so nothing is indexed: it says what you had forgotten. Restore it, or remove it to index everything.`;
    return fail(failure('state-unreadable', message));
  }
}

export async function keepForgotten(directory: string, paths: readonly string[]): Promise<Result<void, Failure>> {
  try {
    await writeWhole(fileIn(directory), JSON.stringify(paths));
    return ok(undefined);
  } catch (error) {
    const message = `${fileIn(directory)} cannot be written (${errorText(error)}): give your user write access and room there, and ask again.`;
    return fail(failure('state-unwritable', message));
  }
}

function fileIn(directory: string): string {
  return join(directory, 'forgotten.json');
}
