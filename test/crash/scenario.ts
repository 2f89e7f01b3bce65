import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type FakeOllama, startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import { type Product, until } from '../integration/product/product.ts';
import { lastLine, type TaskLine, taskLineSchema } from '../integration/product/taskLine.ts';
import { crashModel, goal } from './crashTask.ts';
import type { Kill, ReportLine } from './injection/crashPlan.ts';
import { type Finding, type Outcome, observe, judge } from './judge.ts';
import { type PlannedProduct, plannedProduct } from './plannedProduct.ts';

/** Commands that a person would type again after a crash; more than these mean that the product does not come back. */
const maxCommands = 40;

export interface Played {
  readonly outcome: Outcome | undefined;
  readonly findings: readonly Finding[];
  readonly report: readonly ReportLine[];
  readonly milliseconds: number;
  /** What the commands and the host said, for a person who looks into a finding. */
  readonly log: string;
}

/** Plays the scripted task from the first command to the end of the host, with hosts that die as planned. */
export async function play(
  kills: readonly Kill[],
  options: { readonly preload: string; readonly reference?: Outcome },
): Promise<Played> {
  const started = performance.now();
  const fake = await startFakeOllama({ script: crashModel });
  const scenario = new Scenario(plannedProduct(options.preload, { kills: [...kills] }), fake);
  const problems: Finding[] = [];
  let outcome: Outcome | undefined;
  try {
    await scenario.play();
    await until('the last host is gone', () => scenario.product.hostProcesses().length === 0);
    outcome = await observe(scenario.product, scenario.report());
    problems.push(...judge(outcome, options.reference));
    problems.push(...scenario.fake.violations.map((what): Finding => ({ kind: 'lost', what: `the model: ${what}` })));
  } catch (error) {
    problems.push({ kind: 'lost', what: error instanceof Error ? error.message : String(error) });
  }
  const report = scenario.report();
  const log = scenario.log();
  await scenario.close();
  return { outcome, findings: problems, report, milliseconds: performance.now() - started, log };
}

class Scenario {
  readonly product: Product;
  readonly fake: FakeOllama;
  private readonly planned: PlannedProduct;
  private commands = 0;
  private said = '';

  constructor(planned: PlannedProduct, fake: FakeOllama) {
    this.planned = planned;
    this.product = planned.product;
    this.fake = fake;
  }

  /** Delegates, waits, accepts, ends the host; whatever fails is looked at and gone on with as a person would. */
  async play(): Promise<void> {
    const delegate = ['run', goal, '--model', 'ollama:scripted', '--ollama-host', this.fake.url, '--max-steps', '500'];
    let task = await this.commandOnTask(delegate);
    while (task?.state !== 'applied') {
      if (task === undefined) {
        task = await this.commandOnTask(delegate);
      } else if (task.state === 'ready') {
        task = await this.commandOnTask(['apply', task.id]);
      } else if (['failed', 'cancelled', 'discarded', 'merged'].includes(task.state)) {
        throw new Error(`The task is ${task.state}: ${task.reason ?? ''}`);
      } else {
        await delay(100);
        task = await this.onlyTask();
      }
    }
    // A host that is killed on its way out has ended as well; one more host has to put its things away.
    const stopped = await this.run(['host', 'stop', '--json']);
    if (stopped.code !== 0 || this.killedLast()) {
      await this.onlyTask();
      await this.run(['host', 'stop', '--json']);
    }
  }

  report(): ReportLine[] {
    return this.planned.report();
  }

  log(): string {
    const { log } = this.product.paths;
    return `${this.said}\n--- host.log\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`;
  }

  async close(): Promise<void> {
    await this.product.remove();
    await this.fake.close();
  }

  private killedLast(): boolean {
    return this.report().at(-1)?.kind === 'killed';
  }

  /** The task of this repository; undefined where none was begun. */
  private async onlyTask(): Promise<TaskLine | undefined> {
    for (;;) {
      const { code, stdout } = await this.run(['tasks', '--json']);
      if (code === 0) {
        const lines = stdout.split('\n').filter((line) => line !== '');
        const tasks = lines.map((line) => taskLineSchema.parse(JSON.parse(line)));
        if (tasks.length > 1) {
          throw new Error(`There are ${tasks.length} tasks instead of one.`);
        }
        return tasks[0];
      }
    }
  }

  /** How the task stands after a command on it: as the command says, or as is looked up where it did not come to its end. */
  private async commandOnTask(words: readonly string[]): Promise<TaskLine | undefined> {
    const { code, stdout } = await this.run([...words, '--json']);
    return code === 0 ? lastLine(stdout, taskLineSchema) : this.onlyTask();
  }

  private async run(words: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string }> {
    this.commands += 1;
    if (this.commands > maxCommands) {
      throw new Error(`The task is not done after ${maxCommands} commands.`);
    }
    const { code, stdout, stderr } = await this.product.run(words);
    this.said += `$ nightshift ${words.join(' ')} -> ${code}\n${stderr}`;
    return { code, stdout };
  }
}
