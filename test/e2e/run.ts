// The product as a person uses it, in real VS Code with the packaged extension: `node test/e2e/run.ts [--part N/M] [pattern]`, where a
// part is every Mth spec. Screenshots of every stage are in .artifacts/screenshots, results in .artifacts/e2e-results.json, or
// e2e-N-results.json.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findBrowser } from '../../scripts/provision/browser.ts';
import { editorEntry } from '../../scripts/provision/editor.ts';
import { projectRoot } from '../../scripts/provision/projectPaths.ts';
import { missingEngine } from '../integration/requirements.ts';
import { cannotRun, runMocha, type RunResults, writeResults } from './harness/mochaRun.ts';
import { ensurePackage } from './harness/packageFile.ts';

const { values, positionals } = parseArgs({ options: { part: { type: 'string' } }, allowPositionals: true });
const [part = 1, parts = 1] = values.part?.split('/').map(Number) ?? [];

async function main(): Promise<RunResults> {
  if (!existsSync(editorEntry) || findBrowser() === undefined) {
    return cannotRun('e2e', 'no editor is here; run `node scripts/provision.ts editor browser`');
  }
  const noEngine = missingEngine();
  if (noEngine !== undefined) {
    return cannotRun('e2e', noEngine);
  }
  ensurePackage();
  if (values.part === undefined) {
    rmSync(join(projectRoot, '.artifacts', 'screenshots'), { recursive: true, force: true });
  }
  const [grep] = positionals;
  const specs = join(import.meta.dirname, 'specs');
  const files = readdirSync(specs)
    .filter((name) => name.endsWith('.spec.ts'))
    .sort()
    .filter((_, index) => index % parts === part - 1)
    .map((name) => join(specs, name));
  return runMocha(files, grep === undefined ? { timeout: 180_000 } : { timeout: 180_000, grep });
}

const results = await main();
const name = values.part === undefined ? 'e2e' : `e2e-${part}`;
writeResults(`${name}-results.json`, results);
console.log(`${name}: ${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`);
process.exitCode = results.failed === 0 ? 0 : 1;
