import { bestModel } from '../../core/models/bestModel.ts';
import type { ModelInfo } from '../../core/models/languageModel.ts';
import type { MachineMemory } from '../../core/models/memoryNeed.ts';
import { usedVideoMemory } from '../../node/models/ollama/ollamaCatalog.ts';
import { gradedModel, type ModelGrades } from './modelGrades.ts';
import { type EndpointSettings, endpointOf, ollamaAddress } from './modelSettings.ts';

/** The memory of this machine, with that of a graphics card that Ollama uses now. */
export async function withVideoMemory(
  machine: MachineMemory,
  settings: EndpointSettings,
  signal: AbortSignal,
): Promise<MachineMemory> {
  const videoBytes = await usedVideoMemory(ollamaAddress(settings), signal);
  return { ...machine, ...(videoBytes === undefined ? {} : { videoBytes }) };
}

/** Which of these models `auto` takes, by their grades; undefined where none can be worked with. */
export async function bestOf(
  models: readonly ModelInfo[],
  settings: EndpointSettings,
  grades: Pick<ModelGrades, 'known'>,
  memory: MachineMemory,
): Promise<ModelInfo | undefined> {
  const candidates = await Promise.all(
    models.map(async (model) => {
      const known = await grades.known(gradedModel(model, endpointOf(model.id.driver, settings)));
      return { ...model, name: model.id.name, ...(known === undefined ? {} : { grade: known.grade }) };
    }),
  );
  return bestModel(candidates, memory);
}
