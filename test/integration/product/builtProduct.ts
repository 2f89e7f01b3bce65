import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));
/** Where the product is that was built for this run; the workers inherit it. */
const built = 'NIGHTSHIFT_TEST_BUILT';

/** Called by vitest before the first file of a run; what it answers is called after the last. */
export default function buildForRun(): () => void {
  const made = build();
  process.env[built] = made;
  return () => rmSync(made, { recursive: true, force: true });
}

/**
 * A folder with bundles of the present source beside the manifest and the media, made by the product's own build, so that no test runs a
 * stale `dist`: a copy of what was built for this run, where it was. The caller removes it.
 */
export function install(): string {
  const present = process.env[built];
  if (present === undefined) {
    return build();
  }
  const made = emptyFolder();
  cpSync(present, made, { recursive: true, verbatimSymlinks: true });
  return made;
}

function emptyFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'nightshift-installed-'));
  // Also for the tests whose commands another user runs.
  chmodSync(made, 0o755);
  return made;
}

function build(): string {
  const made = emptyFolder();
  cpSync(join(project, 'package.json'), join(made, 'package.json'));
  mkdirSync(join(made, 'media'));
  symlinkSync(join(project, 'media', 'sandbox'), join(made, 'media', 'sandbox'));
  const command = ['esbuild.mjs', join(made, 'dist')];
  execFileSync(process.execPath, command, { cwd: project, stdio: ['ignore', 'ignore', 'pipe'] });
  return made;
}
