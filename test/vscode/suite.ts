import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import { defineAgentToolCases } from './cases/agentTools.ts';
import { defineLanguageModelCases } from './cases/languageModels.ts';
import { defineMemoryCases } from './cases/memory.ts';
import { defineModelCases } from './cases/models.ts';
import { defineNoFolderCases } from './cases/noFolder.ts';
import { defineRestrictedCases } from './cases/restricted.ts';
import { defineTaskCases } from './cases/tasks.ts';
import { defineTestExplorerCases } from './cases/testExplorer.ts';
import { defineWorkspaceCases } from './cases/workspace.ts';

/** Entry that the editor calls inside its extension host. What stands open decides which cases apply. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, reporter: 'dot' });
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  if (vscode.workspace.workspaceFolders === undefined) {
    defineNoFolderCases();
  } else if (!vscode.workspace.isTrusted) {
    defineRestrictedCases();
  } else if (process.env['NIGHTSHIFT_SUITE_RUN'] === 'language models') {
    defineLanguageModelCases();
  } else if (process.env['NIGHTSHIFT_SUITE_RUN'] === 'memory') {
    defineMemoryCases();
    defineAgentToolCases();
  } else {
    defineWorkspaceCases();
    defineTaskCases();
    defineTestExplorerCases();
    defineModelCases();
  }
  const failures: { title: string; message: string }[] = [];
  const failed = await new Promise<number>((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures: failed = 0, pending = 0 } = runner.stats ?? {};
      const results = { passed: passes, failed, skipped: pending, failures };
      writeFileSync(process.env['NIGHTSHIFT_RESULTS'] ?? 'results.json', JSON.stringify(results));
      resolve(failed);
    });
    runner.on('fail', (test, error: Error) =>
      failures.push({ title: test.fullTitle(), message: error.stack ?? error.message }),
    );
  });
  if (failed > 0) throw new Error(`${failed} tests failed.`);
}
