import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { install } from './builtProduct.ts';

let folder: string | undefined;

const remove = (): void => {
  if (folder !== undefined) {
    rmSync(folder, { recursive: true, force: true });
  }
};
// The crash test runs without vitest. In it, what the file that imports this registers first runs last.
if (process.env['VITEST'] === undefined) {
  process.once('exit', remove);
} else {
  afterAll(remove);
}

/**
 * The product as it is installed, in a folder of its own for each test file, which may change it. Answers the path of the CLI.
 */
export function installedCli(): string {
  folder ??= install();
  return join(folder, 'dist', 'cli.cjs');
}
