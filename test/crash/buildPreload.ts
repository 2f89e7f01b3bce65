import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the injection into one file, so that it costs each command some milliseconds only; answers its path. */
export async function buildPreload(folder: string): Promise<string> {
  const outfile = join(folder, 'preload.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'injection', 'preload.ts')],
    outfile,
    bundle: true,
    splitting: false,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
  });
  return outfile;
}
