import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { cleanEnvironment } from './hostPieces.ts';

const run = promisify(execFile);

/**
 * The absolute paths of every shared library, loader included, that these programs and modules need, sorted.
 * A library that the host cannot find either is left out: what needs it does not run on the host.
 */
export async function sharedLibraries(files: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const output = await run('ldd', [...files], { signal, timeout: 30_000, env: cleanEnvironment, maxBuffer: 2 ** 24 })
    .then(({ stdout }) => stdout)
    .catch(partialOutput);
  const paths = output.split('\n').flatMap((line) => {
    // "  libz.so.1 => /lib/libz.so.1 (0x7f...)" or, for the loader itself, "  /lib64/ld-linux-x86-64.so.2 (0x7f...)".
    const path = /^\s+(?:\S+ => )?(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1];
    return path === undefined ? [] : [path];
  });
  return [...new Set(paths)].toSorted();
}

/** `ldd` ends with code 1 when one of the files is static, and has listed the others all the same. */
function partialOutput(error: unknown): string {
  const isPartial = error instanceof Error && 'code' in error && error.code === 1 && 'stdout' in error;
  if (isPartial && typeof error.stdout === 'string') {
    return error.stdout;
  }
  throw error;
}
