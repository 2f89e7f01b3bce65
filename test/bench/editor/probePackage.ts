import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectBin, projectNode } from '../../../scripts/provision/projectPaths.ts';

/** Packages the probe; answers the path of its package. */
export async function packageProbe(parent: string): Promise<string> {
  const folder = join(parent, 'probe');
  mkdirSync(folder);
  const manifest = {
    name: 'probe',
    publisher: 'nightshift-dev',
    version: '0.0.1',
    license: 'UNLICENSED',
    engines: { vscode: '^1.138.0' },
    main: './extension.cjs',
    activationEvents: ['onStartupFinished'],
    extensionKind: ['workspace'],
    files: ['extension.cjs'],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'README.md'), 'Tells how its extension host fares.');
  await build({
    entryPoints: [join(import.meta.dirname, 'probe.ts')],
    outfile: join(folder, 'extension.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const path = join(folder, 'probe.vsix');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
  execFileSync(projectNode(), [join(projectBin, 'vsce'), 'package', ...flags, '-o', path], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return path;
}
