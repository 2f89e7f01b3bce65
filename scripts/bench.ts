// Figures beside their peer or limit, measured in the same run: `npm run bench [name …]`. A figure that misses its target is
// printed as such; machines differ, so nothing fails because of one unless `--strict` is given.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { activationBench } from '../test/bench/activation.bench.ts';
import type { BenchRow } from '../test/bench/benchRow.ts';
import { editorBench } from '../test/bench/editor.bench.ts';
import { engineBench } from '../test/bench/engine.bench.ts';
import { graphBench } from '../test/bench/graph.bench.ts';
import { journalBench } from '../test/bench/journal.bench.ts';
import { memoryBench } from '../test/bench/memory.bench.ts';
import { readingBench } from '../test/bench/reading.bench.ts';
import { sandboxBench } from '../test/bench/sandbox.bench.ts';
import { stepBench } from '../test/bench/step.bench.ts';
import { taskPageBench } from '../test/bench/taskPage.bench.ts';
import { tasksBench } from '../test/bench/tasks.bench.ts';
import { watchingBench } from '../test/bench/watching.bench.ts';
import { formatStatus, provision } from './provision.ts';
import { projectNode, projectRoot } from './provision/projectPaths.ts';

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  journal: journalBench,
  memory: memoryBench,
  graph: graphBench,
  reading: readingBench,
  step: stepBench,
  sandbox: sandboxBench,
  engine: engineBench,
  activation: activationBench,
  watching: watchingBench,
  taskPage: taskPageBench,
  tasks: tasksBench,
  editor: editorBench,
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { strict: { type: 'boolean' } }, allowPositionals: true });
  for (const status of await provision(['engine', 'browser', 'editor'])) console.log(formatStatus(status));
  execFileSync(projectNode(), ['esbuild.mjs'], { cwd: projectRoot, stdio: 'inherit' });
  const rows: BenchRow[] = [];
  for (const [name, bench] of Object.entries(benches)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    console.log(`\n## ${name}`);
    for (const row of await bench()) {
      console.log(formatRow(row));
      rows.push(row);
    }
  }
  const artifacts = join(projectRoot, '.artifacts');
  mkdirSync(artifacts, { recursive: true });
  writeFileSync(join(artifacts, 'bench.json'), `${JSON.stringify(rows, undefined, 2)}\n`);
  const missed = rows.filter((row) => !row.ok);
  console.log(`\n${rows.length - missed.length} of ${rows.length} figures reach their target`);
  return values.strict === true && missed.length > 0 ? 1 : 0;
}

function formatRow(row: BenchRow): string {
  const ratio = row.ratio === undefined ? '' : `, ${row.ratio.toFixed(2)}× `;
  const peer = row.peer === undefined ? '' : `${ratio}${row.peer} (${number(row.peerValue ?? 0)} ${row.unit})`;
  return `${row.ok ? 'ok  ' : 'MISS'} ${row.name}: ${number(row.value)} ${row.unit}${peer}; target ${row.target}`;
}

function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

process.exitCode = await main();
