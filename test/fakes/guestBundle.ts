import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

let bundle: string | undefined;

/** The guest as one CommonJS file, built once per process as the product's own build makes it. */
export function guestBundle(): string {
  bundle ??= buildSync({
    entryPoints: [fileURLToPath(new URL('../../src/guest.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    minify: true,
    legalComments: 'none',
    write: false,
  }).outputFiles[0]?.text;
  if (bundle === undefined) {
    throw new Error('esbuild answered no output for the guest.');
  }
  return bundle;
}
