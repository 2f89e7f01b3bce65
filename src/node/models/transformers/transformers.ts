import { type Clock, systemClock } from '../../../base/clock.ts';
import { errorText, failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type {
  ChatOptions,
  ChatRequest,
  LanguageModel,
  ModelFailure,
  ModelId,
  ModelInfo,
  ModelProgress,
  Turn,
} from '../../../core/models/languageModel.ts';
import { ThoughtSplitter } from '../../../core/models/thoughtSplitter.ts';
import { toTemplateMessage, toTemplateTool } from './chatMessages.ts';
import { modelDigest } from './modelDigest.ts';
import { type ModelFolder, readModelFolder } from './modelFolder.ts';
import { aborted, type ModelRunner } from './modelRunner.ts';

export interface TransformersModelOptions {
  /** `ORG/NAME`: that folder in the models' own. */
  readonly name: string;
  /** Folder of all models; absolute. */
  readonly directory: string;
  /** Shared by all models of a host: it has room for one at a time. */
  readonly runner: ModelRunner;
  readonly clock?: Clock;
}

/**
 * A model of `@huggingface/transformers` on this machine's processor, without any server. Calls of tools come as the model writes
 * them, in the text; an answer cannot be held to a schema. The seed counts for temperatures above 0.
 */
export function createTransformersModel(options: TransformersModelOptions): LanguageModel {
  const { name, directory, runner } = options;
  const id: ModelId = { driver: 'transformers', name };
  const clock = options.clock ?? systemClock;

  async function open(signal: AbortSignal): Promise<Result<ModelFolder, ModelFailure>> {
    const problem = signal.aborted ? aborted() : runner.problem();
    return problem === undefined ? readModelFolder(name, directory) : fail(problem);
  }

  async function probe(signal: AbortSignal): Promise<Result<ModelInfo, ModelFailure>> {
    const found = await open(signal);
    if (!found.ok) {
      return found;
    }
    const { contextTokens, toolTemplate } = found.value;
    try {
      const digest = await modelDigest(found.value, signal);
      const window = contextTokens === undefined ? {} : { contextTokens };
      return ok({ id, tools: toolTemplate !== undefined, schema: false, replay: false, digest, ...window });
    } catch (error) {
      const message = `The model in ${found.value.folder} cannot be read (${errorText(error)}); look at the rights of its files.`;
      return fail(signal.aborted ? aborted() : failure('model-missing', message));
    }
  }

  async function chat(request: ChatRequest, { signal, onProgress }: ChatOptions): Promise<Result<Turn, ModelFailure>> {
    const started = clock.monotonic();
    if (request.format !== undefined) {
      const wayOut = 'ask without one, or choose a model of a server';
      return fail(
        failure('format-unsupported', `${name} runs inside the extension, where no schema is held; ${wayOut}.`),
      );
    }
    const found = await open(signal);
    if (!found.ok) {
      return found;
    }
    const model = found.value;
    if (request.tools.length > 0 && model.toolTemplate === undefined) {
      const message = `The chat template of ${name} does not show tools to the model; choose a model whose template does.`;
      return fail(failure('tools-unsupported', message));
    }
    const turn = new TurnText(signal, onProgress);
    const answered = await runner.chat(toRunnerRequest(model, request), {
      signal,
      onReport: (report) => (report.type === 'begun' ? turn.begin(report.insideThought) : turn.add(report.text)),
    });
    if (!answered.ok) {
      return fail(told(name, answered.error));
    }
    turn.end();
    if (signal.aborted) {
      return fail(aborted());
    }
    const { prompt, output, finish } = answered.value;
    return ok({
      text: turn.text,
      thinking: turn.thinking,
      calls: [],
      finish: finish === 'length' ? 'length' : 'stop',
      usage: { prompt, output },
      milliseconds: clock.monotonic() - started,
    });
  }

  return { id, probe, chat };
}

function toRunnerRequest(model: ModelFolder, request: ChatRequest): Parameters<ModelRunner['chat']>[0] {
  const { folder, weights, version, contextTokens } = model;
  const template = request.tools.length > 0 ? model.toolTemplate : model.template;
  return {
    model: { folder, weights, version },
    ...(template === undefined ? {} : { template }),
    messages: request.messages.map(toTemplateMessage),
    tools: request.tools.map(toTemplateTool),
    window: Math.min(request.contextTokens, contextTokens ?? request.contextTokens),
    maxOutputTokens: request.maxOutputTokens,
    temperature: request.temperature,
    seed: request.seed,
  };
}

/** Text and thoughts of one answer, as they come. */
class TurnText {
  text = '';
  thinking = '';
  private readonly signal: AbortSignal;
  private readonly onProgress: (progress: ModelProgress) => void;
  private splitter = new ThoughtSplitter();

  constructor(signal: AbortSignal, onProgress: (progress: ModelProgress) => void = () => undefined) {
    this.signal = signal;
    this.onProgress = onProgress;
  }

  begin(insideThought: boolean): void {
    this.splitter = new ThoughtSplitter(insideThought);
  }

  add(piece: string): void {
    this.take(this.splitter.add(piece));
  }

  end(): void {
    this.take(this.splitter.end());
  }

  private take(parts: readonly ModelProgress[]): void {
    for (const part of parts) {
      this[part.type === 'text' ? 'text' : 'thinking'] += part.text;
      if (!this.signal.aborted) {
        this.onProgress(part);
      }
    }
  }
}

/** What the runner says of a model, for a person. */
function told(name: string, error: ModelFailure): ModelFailure {
  const said = error.message.replace(/[.\s]+$/, '');
  switch (error.reason) {
    case 'context-exceeded':
      return failure(
        error.reason,
        `The request does not fit ${name}: ${said}; send less, or choose a model with a larger window.`,
      );
    case 'malformed':
      return failure(error.reason, `The model ${name} is broken: ${said}; put its files in place again.`);
    case 'rejected':
      return failure(error.reason, `The model ${name} cannot be asked this: ${said}; choose another model.`);
    default:
      return error;
  }
}
