import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { projectNode, projectRoot } from '../../../scripts/provision/projectPaths.ts';

export const packageFile = join(projectRoot, '.artifacts', 'nightshift.vsix');
const inputs = ['src', 'media', 'package.json', 'esbuild.mjs', 'scripts', '.vscodeignore'];

/** The packaged extension as people install it; built here when it is absent or older than its sources. */
export function ensurePackage(): string {
  if (
    !existsSync(packageFile) ||
    newest(inputs.map((name) => join(projectRoot, name))) > statSync(packageFile).mtimeMs
  ) {
    mkdirSync(join(projectRoot, '.artifacts'), { recursive: true });
    run(projectNode(), ['esbuild.mjs']);
    run(projectNode(), [join(projectRoot, 'scripts', 'package.ts')]);
  }
  return packageFile;
}

function run(file: string, args: readonly string[]): void {
  execFileSync(file, args, { cwd: projectRoot, stdio: ['ignore', 'ignore', 'inherit'] });
}

function newest(paths: readonly string[]): number {
  return Math.max(
    ...paths.map((path) => {
      const stats = statSync(path);
      return stats.isDirectory()
        ? newest([...readdirSync(path).map((name) => join(path, name)), path].filter((each) => each !== path))
        : stats.mtimeMs;
    }),
    0,
  );
}
