// The attacks on us: `npm run test:attacks`. Runs every one and prints how many of each class were stopped; a class is a folder of
// `test/attacks`. Words after `--` go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { projectRoot } from './provision/projectPaths.ts';

const results = join(projectRoot, '.artifacts', 'attacks.json');

const reportSchema = z.object({
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) }),
  ),
});

function main(): number {
  mkdirSync(join(projectRoot, '.artifacts'), { recursive: true });
  rmSync(results, { force: true });
  const command = ['run', '--project', 'attacks', '--reporter=dot', '--reporter=json', `--outputFile.json=${results}`];
  const ran = spawnSync('vitest', [...command, ...process.argv.slice(2)], { cwd: projectRoot, stdio: 'inherit' });
  const classes = new Map<string, { stopped: number; through: number; skipped: number }>();
  for (const file of reportSchema.parse(JSON.parse(readFileSync(results, 'utf8'))).testResults) {
    const [name = ''] = relative(join(projectRoot, 'test', 'attacks'), file.name).split(sep);
    const counts = classes.get(name) ?? { stopped: 0, through: 0, skipped: 0 };
    for (const { status } of file.assertionResults) {
      counts[status === 'passed' ? 'stopped' : status === 'failed' ? 'through' : 'skipped'] += 1;
    }
    classes.set(name, counts);
  }
  for (const [name, { stopped, through, skipped }] of [...classes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(
      `${name.padEnd(16)} ${stopped} stopped, ${through} got through${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    );
  }
  const all = [...classes.values()];
  const sum = (key: 'stopped' | 'through'): number => all.reduce((total, counts) => total + counts[key], 0);
  console.log(`${sum('stopped')} attacks stopped, ${sum('through')} got through`);
  return ran.status ?? 1;
}

process.exitCode = main();
