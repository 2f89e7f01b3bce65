import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

let bundle: string | undefined;

/** The guest as one CommonJS file that carries its work as a text, built once per process as the product's own build makes it. */
export function guestBundle(): string {
  bundle ??= build('guest', { guestWork: JSON.stringify(build('guest/guestWork')) });
  return bundle;
}

function build(entry: string, define: Record<string, string> = {}): string {
  const text = buildSync({
    entryPoints: [fileURLToPath(new URL(`../../src/${entry}.ts`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    minify: true,
    legalComments: 'none',
    define,
    write: false,
  }).outputFiles[0]?.text;
  if (text === undefined) {
    throw new Error(`esbuild answered no output for ${entry}.`);
  }
  return text;
}
