import { type Failure, failure } from '../../base/failure.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import { plainlyUnfit } from '../../core/models/canWork.ts';
import { contextFor, type MachineMemory, memoryForModel, memoryNeed } from '../../core/models/memoryNeed.ts';
import type { LanguageModel, ModelInfo } from '../../core/models/languageModel.ts';
import { formatModelId, parseModelId } from '../../core/models/modelId.ts';
import { sharedModel } from '../../core/models/sharedModel.ts';
import { recommendModels } from '../../core/models/recommendedModels.ts';
import { createModel } from '../../node/models/createModel.ts';
import type { KeptGrade } from '../../node/models/grades/gradeFiles.ts';
import { pullOllamaModel, type PullProgress } from '../../node/models/ollama/ollamaPull.ts';
import type { TaskSettings } from '../../protocol/host.ts';
import type { ModelList, ModelView, RequestProgress } from '../../protocol/models.ts';
import { automaticModel, chooseModel } from '../modelChoice.ts';
import { bestOf, withVideoMemory } from './automaticModel.ts';
import type { ModelEndpoints } from './modelEndpoints.ts';
import { gradedModel, isTriedOut, type ModelGrades } from './modelGrades.ts';
import { endpointOf, memoryOf, modelSettings, type ModelSupply, ollamaAddress } from './modelSettings.ts';
import { modelSources } from './modelSources.ts';

export interface ModelDeskOptions {
  readonly grades: ModelGrades;
  readonly machine: () => MachineMemory;
  readonly supply: ModelSupply;
  /** The servers as the tasks of a host share them; absent where there are no tasks. */
  readonly endpoints?: ModelEndpoints;
}

/** A name of Ollama has a colon too: `qwen3:8b`. */
const modelDrivers: ReadonlySet<string> = new Set(['openai', 'replay', 'vscode', 'transformers']);

interface Exchange {
  readonly signal: AbortSignal;
  readonly report: (progress: RequestProgress) => void;
}

/** What people ask about models: which there are and what they can do; to try one out; to fetch one. Of no workspace. */
export class ModelDesk {
  private readonly options: ModelDeskOptions;

  constructor(options: ModelDeskOptions) {
    this.options = options;
  }

  /** A source that does not answer is told with what is wrong; the others are listed all the same. */
  async list(settings: TaskSettings, signal: AbortSignal): Promise<ModelList> {
    const machine = await this.memory(settings, signal);
    const listed = await Promise.all(
      modelSources
        .filter((source) => source.isConfigured(settings))
        .map(async (source) => ({ source, found: await source.list(settings, this.options.supply, signal) })),
    );
    const infos = listed.flatMap(({ found }) => (found.ok ? found.value : []));
    const models = await Promise.all(infos.map((info) => this.view(info, settings, machine)));
    const local = models.filter((model) => model.driver === 'ollama');
    const own = infos.filter(({ id }) => id.driver === 'ollama');
    const automatic = await bestOf(own, settings, this.options.grades, machine);
    const installed = new Set(local.map(({ name }) => name));
    return {
      models,
      sources: listed.map(({ source, found }) => ({
        driver: source.driver,
        endpoint: endpointOf(source.driver, settings),
        ...(found.ok ? {} : { problem: { reason: found.error.reason, message: found.error.message } }),
      })),
      ...(automatic === undefined ? {} : { automatic: formatModelId(automatic.id) }),
      machine: {
        memoryBytes: machine.bytes,
        ...(machine.videoBytes === undefined ? {} : { videoBytes: machine.videoBytes }),
      },
      recommended: recommendModels(machine).map(({ name, parameters, needBytes, fits, why }) => {
        return { name, parameters, needBytes, fits, why, installed: installed.has(name) };
      }),
    };
  }

  async probe(text: string, settings: TaskSettings, { signal, report }: Exchange): Promise<Result<ModelView, Failure>> {
    const { grades, supply } = this.options;
    const id = text === automaticModel ? await this.automatic(settings, signal) : namedModel(text);
    if (!id.ok) {
      return id;
    }
    const model = createModel(id.value, modelSettings(settings, supply));
    if (!model.ok) {
      return model;
    }
    const info = await model.value.probe(signal);
    if (!info.ok) {
      return info;
    }
    if (!isTriedOut(info.value)) {
      return fail(
        failure(
          'not-tried-out',
          `Models of ${id.value.driver} are not tried out: what they answer is given, or costs you something.`,
        ),
      );
    }
    const machine = await this.memory(settings, signal);
    report({ text: 'loading the model' });
    const tried = await grades.try({
      model: this.forPerson(model.value, settings),
      info: info.value,
      endpoint: endpointOf(id.value.driver, settings),
      contextTokens: contextFor(info.value, settings.contextTokens, memoryOf(id.value.driver, settings, machine)),
      signal,
      onQuestion: (what) => report({ text: what }),
    });
    return tried.ok ? ok(await this.view(info.value, settings, machine, tried.value)) : tried;
  }

  /** Who waits before a dialogue goes before tasks. */
  private forPerson(model: LanguageModel, settings: TaskSettings): LanguageModel {
    const endpoint = this.options.endpoints?.(model.id.driver, settings);
    return endpoint === undefined ? model : sharedModel(model, endpoint, { party: 'person', urgency: 'person' });
  }

  async pull(text: string, settings: TaskSettings, { signal, report }: Exchange): Promise<Result<ModelView, Failure>> {
    const id = parseModelId(text);
    if (id.ok && id.value.driver !== 'ollama' && modelDrivers.has(id.value.driver)) {
      return fail(
        failure(
          'bad-model-id',
          `Only Ollama fetches models; ${text} is of ${id.value.driver}. Name one of its library.`,
        ),
      );
    }
    const name = text.replace(/^ollama:/, '');
    let told = 0;
    let last = '';
    const onProgress = ({ status, completed, total }: PullProgress): void => {
      // A server tells every part of a megabyte; a person reads a few lines a second.
      const now = performance.now();
      if (status !== last || now - told >= 200) {
        last = status;
        told = now;
        report({
          text: status,
          ...(completed === undefined ? {} : { completed }),
          ...(total === undefined ? {} : { total }),
        });
      }
    };
    const pulled = await pullOllamaModel(ollamaAddress(settings), name, { signal, onProgress });
    if (!pulled.ok) {
      return pulled;
    }
    const model = createModel({ driver: 'ollama', name }, modelSettings(settings, this.options.supply));
    const info = model.ok ? await model.value.probe(signal) : model;
    return info.ok ? ok(await this.view(info.value, settings, await this.memory(settings, signal))) : info;
  }

  private memory(settings: TaskSettings, signal: AbortSignal): Promise<MachineMemory> {
    return withVideoMemory(this.options.machine(), settings, signal);
  }

  private async automatic(settings: TaskSettings, signal: AbortSignal) {
    const { grades, supply } = this.options;
    const chosen = await chooseModel(
      automaticModel,
      { settings, grades, supply, machine: this.options.machine() },
      signal,
    );
    return chosen.ok ? ok(chosen.value.id) : chosen;
  }

  private async view(
    info: ModelInfo,
    settings: TaskSettings,
    machine: MachineMemory,
    fresh?: KeptGrade,
  ): Promise<ModelView> {
    const { id, tools, contextTokens, digest, facts = {} } = info;
    const memory = memoryOf(id.driver, settings, machine);
    const taskTokens = contextFor(info, settings.contextTokens, memory);
    const needBytes = memoryNeed(facts, taskTokens);
    const unfit = plainlyUnfit(info);
    const kept = fresh ?? (await this.options.grades.known(gradedModel(info, endpointOf(id.driver, settings))));
    return {
      id: formatModelId(id),
      ...id,
      tools,
      taskTokens,
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(facts.parameters === undefined ? {} : { parameters: facts.parameters }),
      ...(facts.bytes === undefined ? {} : { bytes: facts.bytes }),
      ...(needBytes === undefined ? {} : { needBytes }),
      ...(needBytes === undefined || memory === undefined ? {} : { fits: needBytes <= memoryForModel(memory) }),
      ...(facts.quantization === undefined ? {} : { quantization: facts.quantization }),
      ...(facts.family === undefined ? {} : { family: facts.family }),
      ...(facts.completes === false ? { embeds: true } : {}),
      ...(digest === undefined ? {} : { digest }),
      ...(kept === undefined ? {} : { grade: { ...kept.grade, words: kept.words, gradedAt: kept.gradedAt } }),
      ...(unfit === undefined ? {} : { other: unfit.words.replace(/^unfit: /, '') }),
    };
  }
}

/** A bare name is one of Ollama's, as `ollama pull` takes it. */
function namedModel(text: string): ReturnType<typeof parseModelId> {
  const id = parseModelId(text);
  const bare = id.ok ? id : parseModelId(`ollama:${text.trim()}`);
  return bare.ok ? bare : id;
}
