import { type Failure, failure } from '../base/failure.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { plainlyUnfit } from '../core/models/canWork.ts';
import type { ModelId, ModelInfo } from '../core/models/languageModel.ts';
import type { MachineMemory } from '../core/models/memoryNeed.ts';
import type { ModelGrade } from '../core/models/modelGrade.ts';
import { parseModelId } from '../core/models/modelId.ts';
import { unfitModel } from '../core/supervisor/gradeTask.ts';
import { createModel } from '../node/models/createModel.ts';
import { bestOf, withVideoMemory } from './models/automaticModel.ts';
import { gradedModel, isTriedOut, type ModelGrades } from './models/modelGrades.ts';
import { type EndpointSettings, endpointOf, modelSettings, type ModelSupply } from './models/modelSettings.ts';
import { listInstalled } from './models/modelSources.ts';

/** The word that leaves the choice to us: the best graded Ollama model that can act, see `bestModel`. */
export const automaticModel = 'auto';

export interface ModelChoice {
  readonly settings: EndpointSettings;
  readonly grades: Pick<ModelGrades, 'known'>;
  readonly machine: MachineMemory;
  readonly supply: ModelSupply;
}

export interface ChosenModel extends ModelInfo {
  /** Absent for a model that was not tried out yet. */
  readonly grade?: ModelGrade;
}

/** Finds the model a task is to use and asks it whether it is there, before any task is made of it. */
export async function chooseModel(
  text: string,
  choice: ModelChoice,
  signal: AbortSignal,
): Promise<Result<ChosenModel, Failure>> {
  const id = text === automaticModel ? await bestInstalled(choice, signal) : parseModelId(text);
  if (!id.ok) {
    return id;
  }
  const model = createModel(id.value, modelSettings(choice.settings, choice.supply));
  if (!model.ok) {
    return model;
  }
  const info = await model.value.probe(signal);
  // A task may wait for its window: what that says of the model is known then.
  if (!info.ok && info.error.reason === 'window-needed') {
    return ok({ id: id.value, tools: true, replay: false });
  }
  return info.ok ? fit(info.value, choice) : info;
}

/** A model without tools is tried out all the same: it may answer to a schema. */
async function fit(info: ModelInfo, { settings, grades }: ModelChoice): Promise<Result<ChosenModel, Failure>> {
  const { name, driver } = info.id;
  if (!isTriedOut(info)) {
    return info.tools
      ? ok(info)
      : fail(failure('tools-unsupported', `The model ${name} cannot call tools; choose one that can.`));
  }
  const known = plainlyUnfit(info) ?? (await grades.known(gradedModel(info, endpointOf(driver, settings))));
  if (known?.grade.level === 'unfit') {
    return fail(unfitModel(info.id, known));
  }
  return ok(known === undefined ? info : { ...info, grade: known.grade });
}

/** With a fixed order, so that two tasks in a row get the same model. */
async function bestInstalled(choice: ModelChoice, signal: AbortSignal): Promise<Result<ModelId, Failure>> {
  const installed = await listInstalled(choice.settings, signal);
  if (!installed.ok) {
    const { reason, message } = installed.error;
    const hasServer = (choice.settings.openaiBaseUrl ?? '').trim() !== '';
    return hasServer && reason === 'unreachable'
      ? fail(failure(reason, `${message} Or name a model of your other server, for example --model openai:NAME.`))
      : installed;
  }
  const memory = await withVideoMemory(choice.machine, choice.settings, signal);
  const best = await bestOf(installed.value, choice.settings, choice.grades, memory);
  return best === undefined
    ? fail(failure('model-missing', 'No installed Ollama model can call tools; get one with `ollama pull qwen3:8b`.'))
    : ok(best.id);
}
