import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

const decompress = promisify(brotliDecompress);

/** Reads a wasm file by its name without an ending. Throws where there is none. */
export type ReadGrammar = (name: string) => Promise<Uint8Array>;

/** From a folder of `NAME.wasm` or, as packages carry them, `NAME.wasm.br`. */
export function grammarFolder(folder: string): ReadGrammar {
  return async (name) => {
    const path = join(folder, `${name}.wasm`);
    const bytes = (await readIfThere(path)) ?? (await readPacked(`${path}.br`));
    if (bytes === undefined) {
      throw new Error('this package does not have it; those for one platform do');
    }
    return bytes;
  };
}

async function readPacked(path: string): Promise<Uint8Array | undefined> {
  const packed = await readIfThere(path);
  return packed === undefined ? undefined : decompress(packed);
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** The parser itself; the grammars are modules that it loads. */
export const runtimeName = 'web-tree-sitter';
