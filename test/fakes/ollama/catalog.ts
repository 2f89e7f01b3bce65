import { createHash } from 'node:crypto';
import type { TrialManner } from '../trialAnswers.ts';
import type { FakeEmbedding } from './embeddings.ts';

export interface FakeModel {
  readonly name: string;
  readonly capabilities?: readonly string[];
  /** The window it was trained for, tokens. */
  readonly contextLength?: number;
  /** As servers write it; 8.2B when left out. */
  readonly parameters?: string;
  /** Of the weights on disk. */
  readonly bytes?: number;
  /** Of a graphics card that it takes while it is loaded. */
  readonly videoBytes?: number;
  /** Other weights under the same name. */
  readonly revision?: number;
  /** How it does when it is tried out; well when left out. */
  readonly trial?: TrialManner;
  /** It makes embeddings, and nothing else. */
  readonly embedding?: FakeEmbedding;
}

export const defaultModels: readonly FakeModel[] = [{ name: 'scripted:latest' }];

/** `scripted` means `scripted:latest`. */
export function findModel(models: readonly FakeModel[], name: string): FakeModel | undefined {
  return models.find((model) => model.name === name || model.name === `${name}:latest`);
}

export function capabilitiesOf(model: FakeModel): readonly string[] {
  return model.capabilities ?? (model.embedding === undefined ? ['completion', 'tools'] : ['embedding']);
}

const modifiedAt = '2026-11-01T08:00:00.123456789Z';

const detailsOf = (model: FakeModel) => ({
  parent_model: '',
  format: 'gguf',
  family: 'qwen3',
  families: ['qwen3'],
  parameter_size: model.parameters ?? '8.2B',
  quantization_level: 'Q4_K_M',
});

export function tagsBody(models: readonly FakeModel[]): unknown {
  return {
    models: models.map((model) => ({
      name: model.name,
      model: model.name,
      modified_at: modifiedAt,
      size: model.bytes ?? 5_225_388_164,
      digest: digestOf(model),
      details: detailsOf(model),
    })),
  };
}

export function showBody(model: FakeModel): unknown {
  return {
    modelfile: `FROM ${model.name}`,
    template: '{{ .Messages }}',
    details: detailsOf(model),
    model_info: {
      'general.architecture': 'qwen3',
      'qwen3.context_length': model.contextLength ?? model.embedding?.contextLength ?? 40_960,
      'qwen3.block_count': 36,
      'qwen3.embedding_length': model.embedding?.dimensions ?? 4_096,
      'qwen3.attention.head_count': 32,
      'qwen3.attention.head_count_kv': 8,
      'qwen3.attention.key_length': 128,
      'qwen3.attention.value_length': 128,
    },
    capabilities: capabilitiesOf(model),
    modified_at: modifiedAt,
  };
}

export function psBody(models: readonly FakeModel[], windows: ReadonlyMap<string, number>, hidden: boolean): unknown {
  return {
    models: models
      .filter((model) => windows.has(model.name))
      .map((model) => ({
        name: model.name,
        model: model.name,
        size: 6_000_000_000,
        digest: digestOf(model),
        details: detailsOf(model),
        expires_at: '2026-11-01T08:05:00Z',
        size_vram: model.videoBytes ?? 0,
        ...(hidden ? {} : { context_length: windows.get(model.name) }),
      })),
  };
}

function digestOf(model: FakeModel): string {
  return createHash('sha256')
    .update(`${model.name}${model.revision ?? ''}`)
    .digest('hex');
}
