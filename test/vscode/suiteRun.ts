import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResults } from '../e2e/harness/mochaRun.ts';
import type { ScriptedModel } from '../e2e/harness/scriptedModel.ts';

/** One start of the editor with the suite in it. Without a folder the window is empty. */
export interface SuiteRun {
  readonly name: string;
  readonly suite: { readonly module: string; readonly stub: string };
  readonly packagePath: string;
  readonly model: ScriptedModel;
  /** A container engine answers, so that tasks really run. */
  readonly engine: boolean;
  readonly folder?: string;
  /** The model of its tasks; the scripted server's when absent. */
  readonly modelId?: string;
  readonly trust: boolean;
}

export const suiteMilliseconds = 240_000;

/** Vendor of the language model that the suite provides. */
export const suiteVendor = 'nightshift-suite';
export const suiteModel = 'scripted-1';

export function suiteSettings({ model, modelId }: SuiteRun): Readonly<Record<string, unknown>> {
  return { 'nightshift.ollama.host': model.url, 'nightshift.model': modelId ?? `ollama:${model.name}` };
}

export function suiteEnvironment({ engine, name }: SuiteRun, results: string): Readonly<Record<string, string>> {
  return { NIGHTSHIFT_RESULTS: results, NIGHTSHIFT_SUITE_ENGINE: engine ? 'yes' : 'no', NIGHTSHIFT_SUITE_RUN: name };
}

/** A suite that leaves no results did not run: that is a failure, never silence. Failures come with the editor's logs. */
export function readResults(path: string, run: SuiteRun, logs: () => string): RunResults {
  try {
    const results = JSON.parse(readFileSync(path, 'utf8')) as RunResults;
    if (results.failed > 0) console.log(logs());
    return results;
  } catch (error) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [{ title: run.name, message: `${String(error)}\n${logs()}` }],
    };
  }
}

/** Puts a comment that asks for work on the line where the fixture is wrong; not committed, as a person's work often is. */
export function addTodo(root: string): void {
  const path = join(root, 'src', 'counter.js');
  const text = readFileSync(path, 'utf8');
  const wrong = '    this.#value = this.#value - step;';
  if (!text.includes(wrong)) throw new Error('The fixture node-counter has no line to fix any more.');
  writeFileSync(path, text.replace(wrong, `    // TODO: stop at zero\n${wrong}`));
}
