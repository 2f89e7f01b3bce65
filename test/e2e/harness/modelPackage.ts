import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectBin, projectNode, projectRoot } from '../../../scripts/provision/projectPaths.ts';
import { suiteVendor } from '../../vscode/suiteRun.ts';

/** Packages the extension that provides a scripted language model; answers the path of its package. */
export async function packageModel(): Promise<string> {
  const folder = join(projectRoot, '.artifacts', 'model-extension', String(process.pid));
  mkdirSync(folder, { recursive: true });
  const manifest = {
    name: 'scripted-model',
    publisher: 'nightshift-dev',
    version: '0.0.1',
    license: 'UNLICENSED',
    engines: { vscode: '^1.138.0' },
    main: './extension.cjs',
    activationEvents: [`onLanguageModelChatProvider:${suiteVendor}`],
    extensionKind: ['workspace'],
    contributes: { languageModelChatProviders: [{ vendor: suiteVendor, displayName: 'Scripted' }] },
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, '.vscodeignore'), '*.vsix\n');
  await build({
    entryPoints: [join(import.meta.dirname, 'modelExtension.ts')],
    outfile: join(folder, 'extension.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const path = join(folder, 'scripted-model.vsix');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license'];
  execFileSync(projectNode(), [join(projectBin, 'vsce'), 'package', ...flags, '-o', path], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return path;
}
