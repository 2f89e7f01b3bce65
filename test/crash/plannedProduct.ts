import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Product } from '../integration/product/product.ts';
import { repositoryFiles } from './crashTask.ts';
import { type CrashPlan, planVariable, type ReportLine, reportLineSchema } from './injection/crashPlan.ts';

/** A product whose agent hosts are under a plan: the repository of the scripted task, committed. */
export interface PlannedProduct {
  readonly product: Product;
  readonly plan: CrashPlan;
  /** What the hosts have reported so far. */
  report(): ReportLine[];
}

/** `preload` is the bundled injection; see `buildPreload`. */
export function plannedProduct(
  preload: string,
  suffering: Partial<Pick<CrashPlan, 'kills' | 'fault' | 'clock'>>,
  more: Readonly<Record<string, string>> = {},
): PlannedProduct {
  const variables: Record<string, string> = {
    NIGHTSHIFT_SANDBOX_RUNTIME: 'runc',
    NIGHTSHIFT_IDLE_SECONDS: '20',
    NODE_OPTIONS: `--import=${preload}`,
    ...more,
  };
  const product = new Product({ variables });
  for (const [path, content] of Object.entries(repositoryFiles)) {
    product.write(path, content);
  }
  product.git('init', '-q', '-b', 'main');
  product.git('add', '-A');
  product.git('commit', '-q', '-m', 'work');
  const report = join(product.folder, 'report.jsonl');
  const plan: CrashPlan = { root: product.root, state: product.state, report, kills: [], ...suffering };
  const file = join(product.folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  appendFileSync(report, '');
  Object.assign(product.variables, { [planVariable]: file });
  return {
    product,
    plan,
    report: () =>
      readFileSync(report, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => reportLineSchema.parse(JSON.parse(line))),
  };
}
