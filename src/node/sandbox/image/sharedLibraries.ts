import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  const besides = paths.filter((path) => path.endsWith('/libc.so.6')).flatMap((path) => companionsOf(dirname(path)));
  return [...new Set([...paths, ...besides])].toSorted();
}

/**
 * What compiled dependencies of repositories are linked with beside the C library: the names that it had for its own parts, which
 * older builds still ask for, and the compiler's run-time libraries.
 */
const companions = [
  'libanl.so.1',
  'libatomic.so.1',
  'libdl.so.2',
  'libgcc_s.so.1',
  'libgomp.so.1',
  'libm.so.6',
  'libpthread.so.0',
  'libresolv.so.2',
  'librt.so.1',
  'libstdc++.so.6',
  'libutil.so.1',
];

function companionsOf(folder: string): readonly string[] {
  return companions.map((name) => join(folder, name)).filter((path) => existsSync(path));
}

/** `ldd` ends with code 1 when one of the files is static, and has listed the others all the same. */
function partialOutput(error: unknown): string {
  const isPartial = error instanceof Error && 'code' in error && error.code === 1 && 'stdout' in error;
  if (isPartial && typeof error.stdout === 'string') {
    return error.stdout;
  }
  throw error;
}
