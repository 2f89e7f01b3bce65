import { defaultLimits } from '../../src/core/guards/limits.ts';
import { errorText } from '../../src/base/failure.ts';
import { startFakeOllama } from '../fakes/ollama/fakeOllama.ts';
import type { Arm, ArmCounts, ArmRun, EvalLimits } from './armRun.ts';
import { runOneTool } from './baseline/baselineArm.ts';
import type { EvalBoxes } from './evalBoxes.ts';
import type { EvalTask } from './evalTask.ts';
import { judge } from './judge.ts';
import { type EvalModel, runProduct } from './productArm.ts';
import { type ScriptedName, scriptedModel, scriptedModels } from './scripted/scriptedModel.ts';

/** One task, worked on once by one arm. */
export interface EvalRow {
  readonly model: string;
  readonly task: string;
  readonly language: string;
  readonly run: number;
  readonly arm: Arm;
  readonly solved: boolean;
  /** One line: `solved`, or what was wrong. */
  readonly why: string;
  readonly ended: string;
  readonly counts: ArmCounts;
}

export interface EvalRun {
  readonly row: EvalRow;
  readonly record: string;
}

export interface EvalPlan {
  /** `driver:name`, or `scripted:name`. */
  readonly model: string;
  readonly ollamaHost?: string;
  readonly limits: EvalLimits;
  readonly boxes: EvalBoxes;
}

/** The product's own limits, which hold for both arms. */
export const usualEvalLimits: EvalLimits = {
  newTokens: defaultLimits.newTokens,
  totalTokens: defaultLimits.totalTokens,
  steps: defaultLimits.steps,
  seconds: defaultLimits.seconds,
  commandSeconds: defaultLimits.commandSeconds,
  contextTokens: 16_384,
  // The most that the product lets any model answer: a shell command may hold a whole file.
  maxOutputTokens: 4_096,
};

const nothing: ArmCounts = {
  newTokens: 0,
  tokens: 0,
  steps: 0,
  seconds: 0,
  answers: 0,
  malformed: 0,
  edits: 0,
  failedEdits: 0,
  rungs: {},
};

/** Works on a task and judges what came of it. What breaks on the way is a row that is not solved and says why. */
export async function runOnce(plan: EvalPlan, task: EvalTask, run: number, arm: Arm): Promise<EvalRun> {
  const about = { model: plan.model, task: task.name, language: task.language, run, arm };
  try {
    const { counts, ended, result, record } = await withModel(plan, task, run, (model) =>
      arm === 'nightshift' ? runProduct(task, model, plan.limits) : runOneTool(task, model, plan.limits, plan.boxes),
    );
    const judgement =
      result === undefined
        ? { solved: false, why: `handed over nothing (${ended})` }
        : await judge(task, result, plan.boxes);
    return { row: { ...about, ...judgement, ended, counts }, record };
  } catch (error) {
    const why = `the run broke: ${errorText(error).split('\n', 1)[0] ?? ''}`;
    return { row: { ...about, solved: false, why, ended: 'broken', counts: nothing }, record: '' };
  }
}

/** The scripted model of that name; undefined for a model of a driver. */
export function scriptedName(model: string): ScriptedName | undefined {
  const name = model.startsWith('scripted:') ? model.slice('scripted:'.length) : undefined;
  const known = scriptedModels.find((each) => each === name);
  if (name !== undefined && known === undefined) {
    throw new Error(`There is no scripted model "${name}". There are: ${scriptedModels.join(', ')}.`);
  }
  return known;
}

/** A scripted model speaks Ollama's own protocol from a server of its own, so that the real driver is in the way. */
async function withModel(
  plan: EvalPlan,
  task: EvalTask,
  run: number,
  work: (model: EvalModel) => Promise<ArmRun>,
): Promise<ArmRun> {
  const name = scriptedName(plan.model);
  if (name === undefined) {
    return work({ id: plan.model, ...(plan.ollamaHost === undefined ? {} : { ollamaHost: plan.ollamaHost }) });
  }
  const capabilities = name === 'no-tools' ? ['completion'] : ['completion', 'tools'];
  const fake = await startFakeOllama({
    script: scriptedModel(name, task, run),
    models: [{ name: `${name}:latest`, contextLength: 32_768, capabilities }],
  });
  try {
    const done = await work({ id: `ollama:${name}`, ollamaHost: fake.url });
    if (fake.violations.length > 0) {
      throw new Error(`the client broke the protocol: ${fake.violations.join('; ')}`);
    }
    return done;
  } finally {
    await fake.close();
  }
}
