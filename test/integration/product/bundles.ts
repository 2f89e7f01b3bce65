import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const project = fileURLToPath(new URL('../../..', import.meta.url));
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
 * The product as it is installed: bundles of the present source beside the manifest and the media, in a folder of its own. Built
 * once per test file by the product's own build, so that no test runs a stale `dist`. Answers the path of the CLI.
 */
export function installedCli(): string {
  folder ??= install();
  return join(folder, 'dist', 'cli.cjs');
}

function install(): string {
  const made = mkdtempSync(join(tmpdir(), 'nightshift-installed-'));
  // Also for the tests whose commands another user runs.
  chmodSync(made, 0o755);
  cpSync(join(project, 'package.json'), join(made, 'package.json'));
  mkdirSync(join(made, 'media'));
  symlinkSync(join(project, 'media', 'sandbox'), join(made, 'media', 'sandbox'));
  const command = ['esbuild.mjs', join(made, 'dist')];
  execFileSync(process.execPath, command, { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  return made;
}
