// `npm run eval -- [--model driver:name]... [--tasks a,b] [--runs N] [--json]`: small real repair tasks, done end to end by the product
// and by a one-tool loop on the same model. Without a model the scripted ones are used. The report lies in .artifacts/eval/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseModelId } from '../../src/core/models/modelId.ts';
import { missingEngine } from '../integration/requirements.ts';
import { type Arm, arms, type EvalLimits } from './armRun.ts';
import { evalTable, tableHeader, totalsOf } from './evalTable.ts';
import { openEvalBoxes } from './evalBoxes.ts';
import { type EvalTask, loadTasks } from './evalTask.ts';
import { type EvalPlan, type EvalRow, runOnce, scriptedName, usualEvalLimits } from './runEval.ts';

const usage = `npm run eval -- [options]: small real repair tasks, done by the product and by a one-tool loop on the same model.
  --model DRIVER:NAME  once for each model (default: the scripted ones)
  --tasks A,B          only these tasks
  --runs N             runs of each task (default: 1)
  --json               the report as JSON
  --ollama-host URL    address of Ollama (default: OLLAMA_HOST)
  --no-baseline        without the one-tool loop
  --max-tokens N, --max-steps N, --max-minutes N   limits of each run`;

const { values } = readOptions();

function readOptions() {
  try {
    return parseArgs({
      options: {
        model: { type: 'string', multiple: true, default: ['scripted:steady', 'scripted:bad-7b', 'scripted:no-tools'] },
        tasks: { type: 'string' },
        runs: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        'ollama-host': { type: 'string' },
        'no-baseline': { type: 'boolean', default: false },
        'max-tokens': { type: 'string' },
        'max-steps': { type: 'string' },
        'max-minutes': { type: 'string' },
      },
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return process.exit(2);
  }
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const missing = missingEngine();
  if (missing !== undefined) {
    console.log(`The evaluation cannot run: ${missing}.`);
    return 3;
  }
  const tasks = loadTasks(values.tasks?.split(','));
  const runs = whole('runs', values.runs);
  const limits = limitsAsked();
  values.model.forEach(checkModel);
  const folder = join(import.meta.dirname, '../../.artifacts/eval', new Date().toISOString().replace(/[:.]/g, '-'));
  mkdirSync(folder, { recursive: true });
  const boxes = await openEvalBoxes(String(process.pid));
  let broken = 0;
  try {
    for (const model of values.model) {
      const ollamaHost = values['ollama-host'] ?? process.env['OLLAMA_HOST'];
      const plan = { model, limits, boxes, ...(ollamaHost === undefined ? {} : { ollamaHost }) };
      say(`\n${tableHeader(model)}\n${tasks.length} tasks, ${runs} runs each, boxes under ${boxes.runtime}`);
      const rows = await runAll(plan, tasks, runs, folder);
      broken += rows.filter(({ ended }) => ended === 'broken').length;
      report(folder, model, rows);
    }
  } finally {
    await boxes.close();
  }
  say(`\nThe report and the record of each run: ${folder}`);
  if (broken > 0) say(`${broken} runs broke and say nothing about a model.`);
  return broken > 0 ? 1 : 0;
}

async function runAll(plan: EvalPlan, tasks: readonly EvalTask[], runs: number, folder: string): Promise<EvalRow[]> {
  const rows: EvalRow[] = [];
  for (const task of tasks) {
    for (let run = 1; run <= runs; run += 1) {
      for (const arm of armsFor(plan.model)) {
        const { row, record } = await runOnce(plan, task, run, arm);
        // A model that cannot be reached, or an engine that is not well: the other tasks would say the same.
        if (rows.length === 0 && row.ended === 'broken') throw new Error(row.why);
        rows.push(row);
        writeFileSync(join(folder, `${fileName(plan.model)}.${task.name}.${run}.${arm}.jsonl`), record);
        const { steps, seconds } = row.counts;
        if (values.json) console.log(JSON.stringify({ type: 'run', ...row }));
        else console.log(`${task.name} ${arm}: ${row.why} (${row.ended}, ${steps} steps, ${seconds.toFixed(1)} s)`);
      }
    }
  }
  return rows;
}

/** A recording answers the product's tools; it has nothing to say to another loop. */
function armsFor(model: string): readonly Arm[] {
  return values['no-baseline'] || model.startsWith('replay:') ? ['nightshift'] : arms;
}

function report(folder: string, model: string, rows: readonly EvalRow[]): void {
  const totals = armsFor(model).map((arm) => totalsOf(arm, rows));
  const table = evalTable(model, rows);
  const about = { model, scripted: scriptedName(model) !== undefined, header: tableHeader(model) };
  writeFileSync(join(folder, `${fileName(model)}.json`), `${JSON.stringify({ ...about, rows, totals }, null, 2)}\n`);
  writeFileSync(join(folder, `${fileName(model)}.txt`), `${table}\n`);
  if (values.json) {
    for (const total of totals) console.log(JSON.stringify({ type: 'total', ...about, ...total }));
  }
  say(`\n${table}`);
}

/** Lines for people; with `--json` standard output is for programs alone. */
function say(text: string): void {
  if (values.json) process.stderr.write(`${text}\n`);
  else console.log(text);
}

function checkModel(model: string): void {
  if (scriptedName(model) !== undefined) return;
  if (model.startsWith('vscode:')) throw new Error('Models of an editor need its window; choose another driver.');
  const parsed = parseModelId(model);
  if (!parsed.ok) throw new Error(parsed.error.message);
}

function limitsAsked(): EvalLimits {
  const asked = (name: 'max-tokens' | 'max-steps' | 'max-minutes'): number | undefined =>
    values[name] === undefined ? undefined : whole(name, values[name]);
  const minutes = asked('max-minutes');
  return {
    ...usualEvalLimits,
    newTokens: asked('max-tokens') ?? usualEvalLimits.newTokens,
    steps: asked('max-steps') ?? usualEvalLimits.steps,
    seconds: minutes === undefined ? usualEvalLimits.seconds : minutes * 60,
  };
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`--${name} takes a whole number from 1, not "${text}".`);
  return Number(text);
}

function fileName(model: string): string {
  return model.replace(/[^\w.-]+/g, '_');
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
