import { join } from 'node:path';
import * as z from 'zod';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { ModelFailure } from '../../../core/models/languageModel.ts';
import type { WeightType } from '../../../protocol/modelRunner.ts';
import { chooseWeights, dataFiles, fileVersions, readJson, readText } from './modelFiles.ts';

/** A model on disk, as exported for transformers.js. */
export interface ModelFolder {
  readonly folder: string;
  readonly weights: WeightType;
  /** The files that make it what it is; absolute paths. */
  readonly files: readonly string[];
  /** Of sizes and times of these files. */
  readonly version: string;
  /** Largest window, tokens; undefined when no file says. */
  readonly contextTokens?: number;
  readonly template?: string;
  /** For requests with tools; undefined when no template can show them to the model. */
  readonly toolTemplate?: string;
}

/** Weights in the order in which they are taken: those that a processor is quickest with first. */
const preferred: readonly WeightType[] = ['q4', 'q8', 'int8', 'uint8', 'bnb4', 'fp32', 'q4f16', 'fp16'];

/** No window is longer, tokens; some tokenizers name 10^30 where they mean none. */
const mostTokens = 100_000_000;

const length = z.number().positive().max(mostTokens).optional().catch(undefined);
const lengths = { max_position_embeddings: length, n_positions: length, n_ctx: length };
const configSchema = z.object({
  model_type: z.string(),
  ...lengths,
  text_config: z.object(lengths).optional().catch(undefined),
  'transformers.js_config': z.object({ use_external_data_format: z.unknown() }).optional().catch(undefined),
});
const tokenizerConfigSchema = z.object({
  model_max_length: length,
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish()
    .catch(undefined),
});

/** `ORG/NAME` is that folder in `directory`. Nothing else is looked at, and nothing is fetched. */
export async function readModelFolder(name: string, directory: string): Promise<Result<ModelFolder, ModelFailure>> {
  const segments = name.split('/');
  if (segments.length > 2 || !segments.every((segment) => /^[\w.-]+$/.test(segment) && !/^\.+$/.test(segment))) {
    const example = 'transformers:onnx-community/Qwen3-0.6B-ONNX';
    return missing(`"${name}" names no model folder; write ORG/NAME, for example ${example}`);
  }
  const folder = join(directory, ...segments);
  const found = await describe(folder);
  return found.ok ? found : missing(`${folder}: ${found.error}`);
}

async function describe(folder: string): Promise<Result<ModelFolder, string>> {
  const chosen = await chooseWeights(folder, preferred);
  const config = await readJson(folder, 'config.json', configSchema);
  const tokenizer = await readJson(folder, 'tokenizer_config.json', tokenizerConfigSchema);
  if (!chosen.ok) {
    return chosen;
  }
  if (!config.ok) {
    return config;
  }
  if (!tokenizer.ok) {
    return tokenizer;
  }
  const { weights, file } = chosen.value;
  const data = dataFiles(config.value['transformers.js_config']?.use_external_data_format, file);
  const jinja = await readText(join(folder, 'chat_template.jinja'));
  const names = [
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    ...[file, ...data].map((each) => `onnx/${each}`),
  ];
  const files = [...names, ...(jinja === undefined ? [] : ['chat_template.jinja'])].map((each) => join(folder, each));
  const version = await fileVersions(files);
  if (!version.ok) {
    return version;
  }
  const { text_config: nested } = config.value;
  const windows = [config.value, nested].flatMap((each) => [
    each?.max_position_embeddings,
    each?.n_positions,
    each?.n_ctx,
  ]);
  const known = [...windows, tokenizer.value.model_max_length].filter((each) => each !== undefined);
  return ok({
    folder,
    weights,
    files,
    version: version.value,
    ...(known.length === 0 ? {} : { contextTokens: Math.floor(Math.min(...known)) }),
    ...templates(jinja ?? tokenizer.value.chat_template ?? undefined),
  });
}

function templates(
  given: string | readonly { readonly name: string; readonly template: string }[] | undefined,
): Pick<ModelFolder, 'template' | 'toolTemplate'> {
  const named = (name: string): string | undefined =>
    typeof given === 'string' || given === undefined ? undefined : given.find((each) => each.name === name)?.template;
  const template = typeof given === 'string' ? given : named('default');
  const showsTools = template !== undefined && /\btools\b/.test(template);
  const toolTemplate = named('tool_use') ?? (showsTools ? template : undefined);
  return { ...(template === undefined ? {} : { template }), ...(toolTemplate === undefined ? {} : { toolTemplate }) };
}

function missing(problem: string): Result<never, ModelFailure> {
  const wanted = 'config.json, tokenizer.json, tokenizer_config.json and onnx/model_q4.onnx (or another type)';
  return fail(
    failure(
      'model-missing',
      `${problem}. Nothing is downloaded: put a model that was exported for transformers.js there, with ${wanted}.`,
    ),
  );
}
