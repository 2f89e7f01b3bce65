import { join } from 'node:path';
import * as z from 'zod';
import { failure } from '../../../base/failure.ts';
import { fail, ok, type Result } from '../../../base/result.ts';
import type { EmbedFailure } from '../../../core/memory/embedder.ts';
import { embeddingManner, type EmbeddingManner, type Pooling } from '../../../core/memory/embedding/embeddingManner.ts';
import type { WeightType } from '../../../protocol/modelRunner.ts';
import { chooseWeights, dataFiles, fileVersions, readJson, readText } from '../transformers/modelFiles.ts';

/** A model for embeddings on disk, as exported for transformers.js. */
export interface EmbeddingFolder extends EmbeddingManner {
  readonly folder: string;
  readonly weights: WeightType;
  /** The files that make it what it is; absolute paths. */
  readonly files: readonly string[];
  /** Of sizes and times of these files. */
  readonly version: string;
  readonly dimensions: number;
  readonly maxTokens: number;
}

/** q8 embeds twice as fast as fp32 on a processor and takes half the memory; the types after it are there where it is not. */
const preferred: readonly WeightType[] = ['q8', 'int8', 'uint8', 'fp32', 'q4', 'bnb4', 'fp16', 'q4f16'];

/** Tokens. The longest text that is embedded: attention takes the square of it, and a chunk of a source file is shorter. */
const longest = 512;

const length = z.number().int().positive().max(100_000).optional().catch(undefined);
const configSchema = z.object({
  model_type: z.string(),
  hidden_size: length,
  dim: length,
  d_model: length,
  n_embd: length,
  max_position_embeddings: length,
  n_positions: length,
  'transformers.js_config': z.object({ use_external_data_format: z.unknown() }).optional().catch(undefined),
});
const tokenizerConfigSchema = z.object({ model_max_length: length });
const poolingSchema = z.looseObject({
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
  pooling_mode_lasttoken: z.boolean().optional(),
});
const sentenceSchema = z.object({ max_seq_length: length });
const promptSchema = z.object({
  prompts: z.record(z.string(), z.string().max(2_000)).optional().catch(undefined),
});
const moduleSchema = z.array(z.looseObject({ type: z.string() }));

/** Files of sentence-transformers that say how to use a model; those that are there belong to what makes it what it is. */
const optionalFiles = ['1_Pooling/config.json', 'config_sentence_transformers.json', 'sentence_bert_config.json'];

/** Reads what a model's folder says of it. Nothing else is looked at, and nothing is fetched. */
export async function readEmbeddingFolder(
  folder: string,
  name: string,
): Promise<Result<EmbeddingFolder, EmbedFailure>> {
  const chosen = await chooseWeights(folder, preferred);
  if (!chosen.ok) {
    return incomplete(folder, name, chosen.error);
  }
  const config = await readJson(folder, 'config.json', configSchema);
  const tokenizer = await readJson(folder, 'tokenizer_config.json', tokenizerConfigSchema);
  const failed = [config, tokenizer].find((each) => !each.ok);
  if (!config.ok || !tokenizer.ok) {
    return incomplete(folder, name, failed?.ok === false ? failed.error : '');
  }
  const said = await readManner(folder, name);
  if (!said.ok) {
    return unusable(folder, name, said.error);
  }
  const dimensions = config.value.hidden_size ?? config.value.dim ?? config.value.d_model ?? config.value.n_embd;
  if (dimensions === undefined) {
    return unusable(folder, name, 'config.json names no hidden_size');
  }
  const { weights, file } = chosen.value;
  const data = dataFiles(config.value['transformers.js_config']?.use_external_data_format, file);
  const there = await presentFiles(folder, optionalFiles);
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', ...there];
  const files = [...names, ...[file, ...data].map((each) => `onnx/${each}`)].map((each) => join(folder, each));
  const version = await fileVersions(files);
  if (!version.ok) {
    return incomplete(folder, name, version.error);
  }
  const sentence = await readJson(folder, 'sentence_bert_config.json', sentenceSchema);
  const { max_position_embeddings: positions, n_positions: places } = config.value;
  const limits = [
    positions,
    places,
    tokenizer.value.model_max_length,
    sentence.ok ? sentence.value.max_seq_length : undefined,
  ];
  const maxTokens = Math.min(longest, ...limits.filter((each) => each !== undefined));
  return ok({ folder, weights, files, version: version.value, dimensions, maxTokens, ...said.value });
}

/** By the files of sentence-transformers where they are there, else by the model's name. */
async function readManner(folder: string, name: string): Promise<Result<EmbeddingManner, string>> {
  const byName = embeddingManner(name);
  const modules = await readJson(folder, 'modules.json', moduleSchema);
  const more = modules.ok ? modules.value.find(({ type }) => /\.(Dense|LayerNorm|CNN|LSTM)$/.test(type)) : undefined;
  if (more !== undefined) {
    return fail(`it has a layer after its transformer (${more.type}), which is not run here`);
  }
  const pooling = await readPooling(folder, byName.pooling);
  if (!pooling.ok) {
    return pooling;
  }
  const prompts = await readJson(folder, 'config_sentence_transformers.json', promptSchema);
  const given = prompts.ok ? prompts.value.prompts : undefined;
  return ok({
    pooling: pooling.value,
    query: given?.['query'] ?? byName.query,
    passage: given?.['passage'] ?? given?.['document'] ?? byName.passage,
  });
}

async function readPooling(folder: string, byName: Pooling): Promise<Result<Pooling, string>> {
  const file = '1_Pooling/config.json';
  if ((await readText(join(folder, file))) === undefined) {
    return ok(byName);
  }
  const read = await readJson(folder, file, poolingSchema);
  if (!read.ok) {
    return read;
  }
  const chosen = Object.entries(read.value).flatMap(([key, value]) =>
    key.startsWith('pooling_mode_') && value === true ? [key.slice('pooling_mode_'.length)] : [],
  );
  const known: Readonly<Record<string, Pooling>> = { cls_token: 'cls', mean_tokens: 'mean', lasttoken: 'last' };
  const pooling = chosen.length === 1 ? known[chosen[0] ?? ''] : undefined;
  return pooling === undefined
    ? fail(`${file} asks for a pooling that is not known here (${chosen.join(' and ') || 'none'})`)
    : ok(pooling);
}

async function presentFiles(folder: string, names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => (await readText(join(folder, name))) !== undefined));
  return names.filter((_, at) => found[at]);
}

function incomplete(folder: string, name: string, problem: string): Result<never, EmbedFailure> {
  const wanted = 'config.json, tokenizer.json, tokenizer_config.json and onnx/model_quantized.onnx (or another type)';
  const wayOut = `put the model there as exported for transformers.js (${wanted}), or fetch it anew`;
  return fail(
    failure('model-missing', `The embedding model ${name} in ${folder} is not complete: ${problem}; ${wayOut}.`),
  );
}

function unusable(folder: string, name: string, problem: string): Result<never, EmbedFailure> {
  const message = `The embedding model ${name} in ${folder} cannot be used: ${problem}; choose another one.`;
  return fail(failure('model-unusable', message));
}
