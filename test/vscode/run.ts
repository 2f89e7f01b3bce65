// The suite inside the real extension host, against the packaged extension: `node test/vscode/run.ts [name of one run]`. With VSCODE_BIN in a
// desktop VS Code, else in the VS Code that `node scripts/provision.ts editor` puts here.
import { existsSync } from 'node:fs';
import { editorEntry } from '../../scripts/provision/editor.ts';
import { findBrowser } from '../../scripts/provision/browser.ts';
import { missingEngine } from '../integration/requirements.ts';
import { ensurePackage } from '../e2e/harness/packageFile.ts';
import { cannotRun, type RunResults, writeResults } from '../e2e/harness/mochaRun.ts';
import { counterFix, startScriptedModel } from '../e2e/harness/scriptedModel.ts';
import { createRepository } from '../e2e/harness/testRepository.ts';
import { buildSuite } from './buildSuite.ts';
import { runInDesktop } from './runInDesktop.ts';
import { runInServer } from './runInServer.ts';
import { addTodo, suiteModel, type SuiteRun, suiteVendor } from './suiteRun.ts';

const desktop = process.env['VSCODE_BIN'];

async function main(): Promise<RunResults> {
  if (desktop === undefined && (!existsSync(editorEntry) || findBrowser() === undefined)) {
    return cannotRun(
      'in-host suite',
      'no editor is here; run `node scripts/provision.ts editor browser`, or set VSCODE_BIN',
    );
  }
  const noEngine = missingEngine();
  if (noEngine !== undefined && process.env['CI'] === 'true') {
    return cannotRun('in-host suite', noEngine);
  }
  const packagePath = ensurePackage();
  const suite = await buildSuite();
  const model = await startScriptedModel(counterFix);
  const repositories = [
    createRepository('node-counter'),
    createRepository('node-counter'),
    createRepository('node-counter'),
    createRepository('node-counter'),
  ] as const;
  for (const { root } of repositories) addTodo(root);
  try {
    const common = { suite, packagePath, model, engine: noEngine === undefined };
    const runs: readonly SuiteRun[] = [
      { ...common, name: 'workspace', folder: repositories[0].root, trust: true },
      {
        ...common,
        name: 'language models',
        folder: repositories[2].root,
        trust: true,
        modelId: `vscode:${suiteVendor}/${suiteModel}`,
      },
      { ...common, name: 'memory', folder: repositories[3].root, trust: true },
      { ...common, name: 'no folder', trust: true },
      { ...common, name: 'restricted', folder: repositories[1].root, trust: false },
    ];
    const results: RunResults[] = [];
    const [only] = process.argv.slice(2);
    for (const run of runs.filter(({ name }) => only === undefined || name === only)) {
      const result = await (desktop === undefined ? runInServer(run) : runInDesktop(desktop, run));
      console.log(`${run.name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`);
      for (const { title, message } of result.failures)
        console.log(`  ${title}\n    ${message.replaceAll('\n', '\n    ')}`);
      results.push(result);
    }
    const violations = await model.stop();
    if (violations !== '')
      results.push({ passed: 0, failed: 1, skipped: 0, failures: [{ title: 'model server', message: violations }] });
    return {
      passed: sum(results, 'passed'),
      failed: sum(results, 'failed'),
      skipped: sum(results, 'skipped'),
      failures: results.flatMap(({ failures }) => failures),
    };
  } finally {
    await model.stop();
    for (const repository of repositories) repository.remove();
  }
}

function sum(results: readonly RunResults[], name: 'passed' | 'failed' | 'skipped'): number {
  return results.reduce((total, result) => total + result[name], 0);
}

const results = await main();
writeResults('vscode-results.json', results);
console.log(`in-host suite: ${results.passed} passed, ${results.failed} failed, ${results.skipped} skipped`);
process.exitCode = results.failed === 0 ? 0 : 1;
