// `npm run test:models`: everything that is tested of models: the contract that each driver passes, all faults of their servers, and
// what the core makes of their answers. Words after `--` go to vitest. Ends with the plain line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from './provision/projectPaths.ts';

const results = join(projectRoot, '.artifacts', 'models.json');
const projects = ['unit', 'integration', 'attacks'];
/** Parts of the paths of test files, as vitest takes them. */
const folders = [
  'test/integration/models/',
  'test/unit/core/models/',
  'test/unit/node/models/',
  'test/unit/core/tools/',
  'test/integration/product/limits',
  'test/attacks/obedience/text',
];

const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(z.object({ name: z.string(), status: z.string() })),
});

function main(): number {
  mkdirSync(join(projectRoot, '.artifacts'), { recursive: true });
  rmSync(results, { force: true });
  const chosen = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${results}`];
  const words = ['run', ...chosen, ...reporters, ...folders, ...process.argv.slice(2)];
  const ran = spawnSync('vitest', words, { cwd: projectRoot, stdio: 'inherit' });
  const report = reportSchema.parse(JSON.parse(readFileSync(results, 'utf8')));
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
  // A file that does not load has no tests that could fail.
  const broken = report.testResults.filter(({ status }) => status === 'failed').length;
  const silent = failed === 0 && (broken > 0 || passed === 0 || ran.status !== 0) ? Math.max(1, broken) : 0;
  console.log(`\n${passed} passed, ${failed + silent} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed + silent === 0 ? 0 : 1;
}

process.exitCode = main();
