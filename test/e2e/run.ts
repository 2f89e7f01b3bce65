// The product as a person uses it, in real VS Code with the packaged extension: `node test/e2e/run.ts [pattern]`.
// Screenshots of every stage are in .artifacts/screenshots, results in .artifacts/e2e-results.json.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from '../../scripts/provision/browser.ts';
import { editorEntry } from '../../scripts/provision/editor.ts';
import { projectRoot } from '../../scripts/provision/projectPaths.ts';
import { missingEngine } from '../integration/requirements.ts';
import { cannotRun, runMocha, type RunResults, writeResults } from './harness/mochaRun.ts';
import { ensurePackage } from './harness/packageFile.ts';

async function main(): Promise<RunResults> {
  if (!existsSync(editorEntry) || findBrowser() === undefined) {
    return cannotRun('e2e', 'no editor is here; run `node scripts/provision.ts editor browser`');
  }
  const noEngine = missingEngine();
  if (noEngine !== undefined) {
    return cannotRun('e2e', noEngine);
  }
  ensurePackage();
  rmSync(join(projectRoot, '.artifacts', 'screenshots'), { recursive: true, force: true });
  const [grep] = process.argv.slice(2);
  const specs = join(import.meta.dirname, 'specs');
  const files = readdirSync(specs)
    .filter((name) => name.endsWith('.spec.ts'))
    .sort()
    .map((name) => join(specs, name));
  return runMocha(files, grep === undefined ? { timeout: 180_000 } : { timeout: 180_000, grep });
}

const results = await main();
writeResults('e2e-results.json', results);
console.log(`e2e: ${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`);
process.exitCode = results.failed === 0 ? 0 : 1;
