import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Product } from '../integration/product/product.ts';
import type { ArmRun, EvalLimits } from './armRun.ts';
import { type EvalTask, filesIn } from './evalTask.ts';
import { countTrace } from './traceCounts.ts';

export interface EvalModel {
  /** `driver:name`. */
  readonly id: string;
  readonly ollamaHost?: string;
}

/** Settings of models that a user has in the environment; the state folder and the like are the eval's own. */
const passedOn = /^(?:OLLAMA|OPENAI|HF|NIGHTSHIFT_(?:MODEL|OPENAI|TRANSFORMERS|SANDBOX|ENGINE))(?:_|$)/;

/**
 * The product as a user has it: the installed command delegates the goal, and when the task is ready its changes are applied. What is
 * judged is what then stands in the repository.
 */
export async function runProduct(task: EvalTask, model: EvalModel, limits: EvalLimits): Promise<ArmRun> {
  const variables = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, set]) =>
      set !== undefined && passedOn.test(name) ? [[name, set]] : [],
    ),
  );
  const product = new Product({ root: task.name, variables });
  try {
    return await delegate(product, task, model, limits);
  } finally {
    await product.remove();
  }
}

async function delegate(product: Product, task: EvalTask, model: EvalModel, limits: EvalLimits): Promise<ArmRun> {
  mkdirSync(product.root, { recursive: true });
  for (const [path, text] of Object.entries(task.repository)) {
    product.write(path, text);
  }
  product.git('init', '-q', '-b', 'main');
  product.git('add', '-A');
  product.git('commit', '-q', '-m', 'Work so far');
  const words = ['run', task.goal, '--model', model.id];
  const budget = ['--max-tokens', limits.newTokens, '--max-steps', limits.steps, '--max-minutes', limits.seconds / 60];
  const host = model.ollamaHost === undefined ? [] : ['--ollama-host', model.ollamaHost];
  const started = performance.now();
  const finished = await product.task([...words, ...budget.map(String), ...host]);
  const seconds = (performance.now() - started) / 1_000;
  const { id, state, reason, usage } = finished.task;
  const record = readFileSync(join(product.paths.tasks, id, 'trace.jsonl'), 'utf8');
  const run = {
    counts: {
      ...countTrace(record.split('\n')),
      newTokens: usage.newTokens,
      tokens: usage.tokens,
      steps: usage.steps,
      seconds,
    },
    ended: state === 'ready' ? 'ready' : (reason?.split(':', 1)[0] ?? state),
    record,
  };
  if (state !== 'ready' || finished.task.changeset === null) {
    return run;
  }
  const applied = await product.run(['apply', id]);
  return applied.code === 0 ? { ...run, result: filesIn(product.root) } : { ...run, ended: 'not-applied' };
}
