import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const compress = promisify(brotliCompress);

/** Half of all grammars in bytes: only packages for one platform, whose size is that of the engine of models, carry them. */
const large: readonly string[] = ['c-sharp', 'cpp'].map((name) => `tree-sitter-${name}.wasm`);

/**
 * Writes each wasm file of `folder` as `NAME.wasm.br` beside it, two thirds of what the package's own compression makes of it.
 * Answers their paths, for the caller to remove.
 */
export async function packGrammars(folder: string, { all }: { readonly all: boolean }): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm') && (all || !large.includes(name)));
  if (names.length === 0) {
    throw new Error(`${folder} has no grammars: run npm run build.`);
  }
  return Promise.all(names.map((name) => pack(join(folder, name))));
}

export async function removePacked(paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}

async function pack(path: string): Promise<string> {
  const bytes = await readFile(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  await writeFile(`${path}.br`, await compress(bytes, { params }));
  return `${path}.br`;
}
