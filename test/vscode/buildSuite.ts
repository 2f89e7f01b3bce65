import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../../scripts/provision/projectPaths.ts';
import { type SuiteRun, suiteVendor } from './suiteRun.ts';

/**
 * Bundles the suite for the extension host. The editor wants an extension under development beside it: an empty stub, so that
 * what is tested is the installed package and not the sources. The stub declares the language model of the suite.
 */
export async function buildSuite(): Promise<SuiteRun['suite']> {
  const folder = join(projectRoot, '.artifacts', 'vscode-suite');
  const stub = join(folder, 'stub');
  mkdirSync(stub, { recursive: true });
  const manifest = {
    name: 'suite-stub',
    publisher: 'nightshift-dev',
    version: '0.0.1',
    engines: { vscode: '*' },
    // The suite itself provides a language model, as another extension does.
    contributes: { languageModelChatProviders: [{ vendor: suiteVendor, displayName: 'Suite' }] },
  };
  writeFileSync(join(stub, 'package.json'), JSON.stringify(manifest));
  const module = join(folder, 'suite.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'suite.ts')],
    outfile: module,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return { module, stub };
}
